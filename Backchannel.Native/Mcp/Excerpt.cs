using Backchannel.Native.Text;

namespace Backchannel.Native.Mcp;

/// <summary>Shows what came without repeating all of it.</summary>
internal static class Excerpt
{
    private const int Longest = 80;

    public static string Of(string text) => text.Length <= Longest ? text : $"{WholeCharacters.Start(text, Longest)}…";
}
