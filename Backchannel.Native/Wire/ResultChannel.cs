namespace Backchannel.Native.Wire;

/// <summary>The bus's own convention for results: a broadcast channel whose name and alias carry the id of the task.</summary>
internal static class ResultChannel
{
    public static string NameFor(string messageId) => $"result-of-{messageId}";
}
