using Backchannel.Native.Text;

namespace Backchannel.Native.Mcp;

/// <summary>Shortens a received value for an error message.</summary>
internal static class Excerpt
{
    private const int Longest = 80;

    public static string Of(string text) => text.Length <= Longest ? text : $"{WholeCharacters.Start(text, Longest)}…";
}
