namespace Backchannel.Native.Tools;

/// <summary>A message of a broadcast channel where a task is asked for.</summary>
internal static class BroadcastMessage
{
    /// <summary>What it is, in a sentence.</summary>
    public const string IsNoTask = "This is a broadcast message, which is no task: nobody claims or answers it.";

    public static string Describe(string messageId) =>
        $"Message {ShownText.Name(messageId)} is a broadcast message, which is no task: nobody claims or answers it.\nsubscribe reads its channel.";
}
