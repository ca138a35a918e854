namespace Backchannel.Native.Wake;

/// <summary>Finds out how a server can wake its own session, without anything being installed.</summary>
internal sealed class WakeWays(WakeOptions options, TimeProvider time)
{
    private readonly Lock gate = new();
    private string? thread;
    private bool? isHeadless;
    private (string Thread, CodexQueue? Queue)? queue;

    /// <summary>One of <see cref="WakeHosts"/>; null: another client, or not known yet.</summary>
    public string? Host { get; set; }

    /// <summary>Notes which conversation the last call came from.</summary>
    public void Hear(string? threadId)
    {
        if (CodexQueue.IsThread(threadId))
        {
            lock (gate)
            {
                thread = threadId;
            }
        }
    }

    /// <returns>Null: this host lets no child wake it.</returns>
    /// <remarks>By the name of the client, not by the variables alone: a host that was started in another one's shell has the other's variables.</remarks>
    public IWakeWay? Find() => Host switch
    {
        { } host when IsHeadless(host) => null,
        WakeHosts.ClaudeCode => Socket("CLAUDE_CODE", static (_, session) => session),
        WakeHosts.QwenCode => Socket("QWEN_CODE", (socket, session) => (QwenFolder is { } folder ? QwenSessions.Find(folder, socket) : null) ?? session),
        WakeHosts.Codex => FindQueue(),
        _ => null,
    };

    /// <summary>A run that answers one prompt and ends is never woken.</summary>
    private bool IsHeadless(string host) => isHeadless ??= HostProcess.IsHeadless(host, options.Environment, ProcessIdentity.AncestorsOf(options.ProcessId).FirstOrDefault()?.Id ?? 0);

    private string? QwenFolder =>
        options.Environment("QWEN_HOME") is { Length: > 0 } chosen ? chosen : options.Home is { } home ? Path.Combine(home, ".qwen") : null;

    /// <remarks>Codex does not hand this variable on to its servers.</remarks>
    private string? CodexHome => InheritedVariable.Find("CODEX_HOME", options.Environment, options.ProcessId);

    private MessagingSocket? Socket(string prefix, Func<string, string?, string?> findSession)
    {
        var (path, token) = (options.Environment($"{prefix}_MESSAGING_SOCKET"), options.Environment($"{prefix}_MESSAGING_TOKEN"));
        return string.IsNullOrEmpty(path) || string.IsNullOrEmpty(token)
            ? null
            : new(path, token, () => findSession(path, options.Environment($"{prefix}_SESSION_ID")), time);
    }

    private CodexQueue? FindQueue()
    {
        lock (gate)
        {
            if (thread is not null && queue?.Thread != thread)
            {
                queue = (thread, options.FindProgram("codex") is { } program ? new(program, thread, CodexHome, time) : null);
            }

            return queue?.Queue;
        }
    }
}
