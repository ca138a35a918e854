using Backchannel.Native.Wake;

namespace Backchannel.Native.Tests.Wake;

public sealed class QwenSessionsTests : IDisposable
{
    private const string Record = """{"ipcPath":"/run/q.sock","sessionId":"s-1"}""";

    private readonly TemporaryFolder folder = new();

    public QwenSessionsTests() => Directory.CreateDirectory(folder.File("sessions"));

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_session_behind_a_socket_is_found_among_files_of_another_form()
    {
        File.WriteAllText(Place("1"), "[]");
        File.WriteAllText(Place("2"), """{"ipcPath":"\ud800","sessionId":"s-2"}""");
        File.WriteAllText(Place("3"), Record);

        Assert.Equal("s-1", QwenSessions.Find(folder.Path, "/run/q.sock"));
    }

    [UnixFact]
    public async Task What_is_no_file_is_passed_over()
    {
        await ProgramRun.RunAsync("mkfifo", [Place("1")]);
        File.WriteAllText(folder.File("target"), Record);
        File.CreateSymbolicLink(Place("2"), folder.File("target"));

        Assert.Null(await Task.Run(() => QwenSessions.Find(folder.Path, "/run/q.sock")).Within());
    }

    private string Place(string name) => Path.Combine(folder.Path, "sessions", name + ".json");
}
