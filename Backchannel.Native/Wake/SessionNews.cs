using System.Globalization;

namespace Backchannel.Native.Wake;

/// <summary>What the servers of one session have written down, as its hooks read it.</summary>
/// <param name="host">One of <see cref="WakeHosts"/>.</param>
/// <param name="environment">The hook's.</param>
internal sealed class SessionNews(string folder, string host, int processId, Func<string, string?> environment, TimeProvider time)
{
    private readonly int parent = ProcessIdentity.AncestorsOf(processId).FirstOrDefault()?.Id ?? 0;

    /// <summary>Whether the process that started the hook is a plugin or extension: it stands below the host and is none.</summary>
    public bool IsOfPlugin { get; init; }

    /// <summary>Whether the session answers one prompt and ends.</summary>
    public bool IsHeadless { get; private set; }

    /// <summary>The servers of the session, looked up at <see cref="Find"/>.</summary>
    public IReadOnlyList<WakeServer> Servers { get; private set; } = [];

    /// <summary>What the session was told, by whichever server or hook; null: it has no server.</summary>
    private ToldEvents? Told => Servers is [var first, ..] ? new(WakeFolder.ToldPath(first.Path), time) : null;

    /// <summary>Looks for living servers of this session.</summary>
    /// <returns>Whether there is one.</returns>
    /// <remarks>A host that runs in another one's shell is no session of the other.</remarks>
    public bool Find()
    {
        Servers = [.. WakeFolder.Find(folder, processId, IsHost).Where(server => WakeState.Read(server.Path) is { Host: var of } && (of is null || of == host))];
        IsHeadless = Servers is [var first, ..] && HostProcess.IsHeadless(host, environment, first.Parent.Id);
        return Servers.Count > 0;
    }

    /// <summary>Takes what nobody has told yet, for the caller to tell now.</summary>
    /// <param name="onlyChanged">Whether files that were read before are passed over while they are the same.</param>
    public async Task<WakeOrder> TakeAsync(bool onlyChanged, CancellationToken cancellationToken)
    {
        List<WakeEvent> events = [];
        foreach (var server in Servers)
        {
            var (path, written) = (server.Path, File.GetLastWriteTimeUtc(server.Path).Ticks.ToString(CultureInfo.InvariantCulture));
            if (onlyChanged && server.Written == written)
            {
                continue;
            }

            // A run that answers a prompt and ends is told of what it posted itself: anything else would change its answer.
            events.AddRange(WakeState.Read(path)?.News.Where(one => one.Lane is null || !IsHeadless) ?? []);
            server.Written = written;
        }

        return Told is { } told ? await told.TakeAsync([.. events.DistinctBy(static one => one.Key)], cancellationToken) : WakeOrder.None;
    }

    /// <summary>Another may tell what could not be told.</summary>
    public Task GiveBackAsync(WakeOrder order, CancellationToken cancellationToken) =>
        Told?.GiveBackAsync(order.Events, isCounted: false, cancellationToken) ?? Task.CompletedTask;

    public Task NoteInputAsync(CancellationToken cancellationToken) => Told?.NoteInputAsync(cancellationToken) ?? Task.CompletedTask;

    private bool IsHost(ProcessIdentity ancestor) => HostProcess.Is(host, ancestor.Id) && !(IsOfPlugin && ancestor.Id == parent);
}
