namespace Backchannel.Native.Tools;

/// <summary>An answer that some MCP clients do not show whole: they cut it in the middle, or show its beginning and keep the rest in a file.</summary>
internal static class LongAnswer
{
    /// <summary>Contents in bytes that all known clients show whole.</summary>
    private const int ShownWhole = 10_000;

    /// <param name="next">What the answer says is to do next; may be null.</param>
    /// <param name="contentBytes">Of what other agents wrote.</param>
    /// <param name="instead">The call that brings the same in smaller pieces.</param>
    public static string? Advise(string? next, int contentBytes, string instead)
    {
        if (contentBytes <= ShownWhole)
        {
            return next;
        }

        // At the end of the answer, which is what such clients keep.
        var advice = $"If your client cut this text, {instead}.";
        return next is null ? advice : $"{next} {advice}";
    }
}
