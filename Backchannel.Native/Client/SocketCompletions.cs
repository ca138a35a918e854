namespace Backchannel.Native.Client;

/// <summary>Which thread goes on with a call when the bus's answer has come.</summary>
/// <remarks>
/// .NET hands the answer from the thread that waits for the sockets to one of the thread pool. That wake-up is a tenth of a post. With
/// this variable the first thread goes on itself: worth it, and safe, in a process whose calls never block a thread that an answer woke.
/// A session is one: files that may hang are used on threads of their own, and output that nobody reads waits in a queue.
/// </remarks>
internal static class SocketCompletions
{
    /// <summary>Read by .NET at the first connection of a process, from its environment alone.</summary>
    public const string Variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    public const string Inline = "1";
}
