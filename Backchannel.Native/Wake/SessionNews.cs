namespace Backchannel.Native.Wake;

/// <summary>What the servers of one session have written down, as its hooks read it.</summary>
/// <param name="host">One of <see cref="WakeHosts"/>.</param>
internal sealed class SessionNews(string folder, string host, int processId, TimeProvider time)
{
    private readonly Dictionary<string, DateTime> read = [];

    /// <summary>The servers of the session, looked up at <see cref="Find"/>.</summary>
    public IReadOnlyList<(string Path, ProcessIdentity Server)> Servers { get; private set; } = [];

    /// <summary>Looks for living servers of this session.</summary>
    /// <returns>Whether there is one.</returns>
    /// <remarks>A host that runs in another one's shell is no session of the other.</remarks>
    public bool Find()
    {
        Servers = [.. WakeFolder.Find(folder, processId).Where(server => WakeState.Read(server.Path)?.Host is var of && (of is null || of == host))];
        return Servers.Count > 0;
    }

    /// <summary>Takes what nobody has told yet, for the caller to tell now.</summary>
    /// <param name="onlyChanged">Whether files that were read before are passed over while they are the same.</param>
    public async Task<WakeOrder> TakeAsync(bool onlyChanged, CancellationToken cancellationToken)
    {
        List<WakeEvent> events = [];
        var isLast = false;
        foreach (var (path, _) in Servers)
        {
            var written = File.GetLastWriteTimeUtc(path);
            if (onlyChanged && read.TryGetValue(path, out var before) && before == written)
            {
                continue;
            }

            if (WakeState.Read(path) is { News: { Count: > 0 } news })
            {
                var order = await new ToldEvents(WakeFolder.ToldPath(path), time).TakeAsync(news, cancellationToken);
                events.AddRange(order.Events);
                isLast |= order.IsLast;
            }

            read[path] = written;
        }

        return new(events, isLast);
    }

    public async Task NoteInputAsync(CancellationToken cancellationToken)
    {
        foreach (var (path, _) in Servers)
        {
            await new ToldEvents(WakeFolder.ToldPath(path), time).NoteInputAsync(cancellationToken);
        }
    }
}
