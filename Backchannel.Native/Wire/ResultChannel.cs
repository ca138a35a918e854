namespace Backchannel.Native.Wire;

/// <summary>The bus's own convention for results: a broadcast channel whose name and alias carry the id of the task.</summary>
internal static class ResultChannel
{
    private const string Prefix = "result-of-";

    public static string NameFor(string messageId) => Prefix + messageId;

    /// <summary>The id of the task whose results a channel of this name carries; null for another name.</summary>
    public static string? TaskOf(string name) => IsName(name) ? name[Prefix.Length..] : null;

    public static bool IsName(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);
}
