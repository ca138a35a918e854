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
        var news = new SessionNews(folder.Path, WakeHosts.Codex, Environment.ProcessId, TimeProvider.System);

        File.WriteAllText(place, new WakeState(WakeHosts.Codex, "local", null, [], [], [], []).ToText());
        Assert.True(news.Find());
        File.WriteAllText(place, "[]");
        Assert.False(news.Find());
    }
}
