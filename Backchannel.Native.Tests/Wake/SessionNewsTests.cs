using Backchannel.Native.Wake;

namespace Backchannel.Native.Tests.Wake;

public sealed class SessionNewsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [UnixFact]
    public void A_server_whose_file_cannot_be_read_counts_as_none()
    {
        var host = ProcessIdentity.AncestorsOf(Environment.ProcessId).First();
        var place = WakeFolder.StatePath(folder.Path, host, host);
        var news = new SessionNews(folder.Path, WakeHosts.Codex, Environment.ProcessId, static _ => null, TimeProvider.System);

        File.WriteAllText(place, new WakeState(WakeHosts.Codex, "local", null, [], [], [], []).ToText());
        Assert.True(news.Find());
        File.WriteAllText(place, "[]");
        Assert.False(news.Find());
    }

    [UnixFact]
    public async Task Of_two_servers_of_a_session_that_hear_of_one_event_only_one_tells_it()
    {
        var (first, second) = Servers(folder.Path);
        Write(first, WakeEvent.Task("a", "reviews", 0));
        Write(second, WakeEvent.Task("a", "reviews", 0), WakeEvent.Task("b", "docs", 0));
        var own = await new ToldEvents(WakeFolder.ToldPath(first), TimeProvider.System).TakeAsync([WakeEvent.Over("c", 1)], CancellationToken.None);
        var news = new SessionNews(folder.Path, WakeHosts.Codex, Environment.ProcessId, static _ => null, TimeProvider.System);
        Assert.True(news.Find());

        Assert.Single(own.Events);
        Assert.Equal(["a", "b"], (await news.TakeAsync(onlyChanged: false, CancellationToken.None)).Events.Select(static one => one.Id).Order());
        Write(second, WakeEvent.Over("c", 1), WakeEvent.Task("b", "docs", 0));
        Assert.Empty((await news.TakeAsync(onlyChanged: false, CancellationToken.None)).Events);
        Assert.Empty((await new ToldEvents(WakeFolder.ToldPath(second), TimeProvider.System).TakeAsync([WakeEvent.Over("c", 1)], CancellationToken.None)).Events);
    }

    [UnixFact]
    public async Task What_a_session_was_told_stays_until_its_last_server_ends()
    {
        var wake = WakeFolder.In(folder.Path);
        WakeFolder.Prepare(wake);
        var (first, second) = Servers(wake);
        Write(first);
        Write(second);
        await new ToldEvents(WakeFolder.ToldPath(first), TimeProvider.System).TakeAsync([WakeEvent.Over("c", 1)], CancellationToken.None);

        WakeFolder.Remove(first);
        WakeFolder.Prepare(wake);
        Assert.True(File.Exists(WakeFolder.ToldPath(second)));
        WakeFolder.Remove(second);
        Assert.Empty(Directory.GetFiles(wake));
    }

    private static (string First, string Second) Servers(string wake)
    {
        var host = ProcessIdentity.AncestorsOf(Environment.ProcessId).First();
        return (WakeFolder.StatePath(wake, host, host), WakeFolder.StatePath(wake, host, ProcessIdentity.Read(Environment.ProcessId)!.Value.Identity));
    }

    private static void Write(string place, params WakeEvent[] events) =>
        File.WriteAllText(place, new WakeState(WakeHosts.Codex, "local", null, [], [], events, []).ToText());
}
