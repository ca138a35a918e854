using System.Globalization;

namespace Backchannel.Native.Wake;

/// <summary>What the servers of one session have written down, as its hooks read it.</summary>
/// <param name="host">One of <see cref="WakeHosts"/>.</param>
internal sealed class SessionNews(string folder, string host, int processId, TimeProvider time)
{
    /// <summary>The servers of the session, looked up at <see cref="Find"/>.</summary>
    public IReadOnlyList<WakeServer> Servers { get; private set; } = [];

    /// <summary>Looks for living servers of this session.</summary>
    /// <returns>Whether there is one.</returns>
    /// <remarks>A host that runs in another one's shell is no session of the other.</remarks>
    public bool Find()
    {
        Servers = [.. WakeFolder.Find(folder, processId).Where(server => WakeState.Read(server.Path) is { Host: var of } && (of is null || of == host))];
        return Servers.Count > 0;
    }

    /// <summary>Takes what nobody has told yet, for the caller to tell now.</summary>
    /// <param name="onlyChanged">Whether files that were read before are passed over while they are the same.</param>
    public async Task<WakeOrder> TakeAsync(bool onlyChanged, CancellationToken cancellationToken)
    {
        List<WakeEvent> events = [];
        var isLast = false;
        foreach (var server in Servers)
        {
            var (path, written) = (server.Path, File.GetLastWriteTimeUtc(server.Path).Ticks.ToString(CultureInfo.InvariantCulture));
            if (onlyChanged && server.Written == written)
            {
                continue;
            }

            if (WakeState.Read(path) is { News: { Count: > 0 } news })
            {
                var order = await new ToldEvents(WakeFolder.ToldPath(path), time).TakeAsync(news, cancellationToken);
                events.AddRange(order.Events);
                isLast |= order.IsLast;
            }

            server.Written = written;
        }

        return new(events, isLast);
    }

    public async Task NoteInputAsync(CancellationToken cancellationToken)
    {
        foreach (var server in Servers)
        {
            await new ToldEvents(WakeFolder.ToldPath(server.Path), time).NoteInputAsync(cancellationToken);
        }
    }
}
