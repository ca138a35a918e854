namespace Backchannel.Native.Mcp;

/// <summary>Shows what came without repeating all of it.</summary>
internal static class Excerpt
{
    private const int Longest = 80;

    public static string Of(string text)
    {
        if (text.Length <= Longest)
        {
            return text;
        }

        // Not between the halves of a surrogate pair.
        var length = char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest;
        return $"{text.AsSpan(0, length)}…";
    }
}
