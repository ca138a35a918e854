using Backchannel.Native.Cli.Doctor;
using Backchannel.Native.Wake;

namespace Backchannel.Native.Tests.Cli.Doctor;

public sealed class LastWakeCheckTests
{
    private static readonly DateTimeOffset At = new(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);

    [UnixFact]
    public void A_link_in_the_place_of_the_folder_is_named_as_what_keeps_sessions_from_being_woken()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("documents"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateSymbolicLink(folder.File("wake"), folder.File("documents"));

        var finding = Assert.Single(LastWakeCheck.Run(folder.Path));

        Assert.Equal(Finding.Note, finding.Status);
        Assert.Contains($"no session is woken: {folder.File("wake")} is a link", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wake_that_was_taken_is_well()
    {
        var finding = LastWakeCheck.Describe(Session(new WakeTry("socket", At, "refused"), new WakeTry("socket", At, IsHeard: true)));

        Assert.Equal(Finding.Ok, finding.Status);
        Assert.Contains("an open session of Claude Code on local: its server woke it by its socket at ", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wake_that_nothing_came_of_is_noted_with_what_may_hold_it_back()
    {
        var finding = LastWakeCheck.Describe(Session(new WakeTry("socket", At)));

        Assert.Equal(Finding.Note, finding.Status);
        Assert.Contains("it has called no tool of this server since", finding.Text, StringComparison.Ordinal);
        Assert.Contains("hold such messages back", finding.Next, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wake_that_could_not_be_sent_is_noted_with_the_reason()
    {
        var finding = LastWakeCheck.Describe(Session(new WakeTry("socket", At, "nobody listens there.")));

        Assert.Equal(Finding.Note, finding.Status);
        Assert.EndsWith("could not wake it by its socket: nobody listens there", finding.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("socket", "its server would wake it by its socket; so far it had nothing to say")]
    [InlineData(null, "its server cannot wake it; a hook, plugin or extension may")]
    public void A_session_that_was_not_woken_yet_is_said_to_be_there(string? way, string end)
    {
        var finding = LastWakeCheck.Describe(Session() with { Way = way });

        Assert.Equal(Finding.Ok, finding.Status);
        Assert.EndsWith(end, finding.Text, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task What_is_no_file_of_a_server_is_passed_over()
    {
        using var folder = new TemporaryFolder();
        var server = ProcessIdentity.AncestorsOf(Environment.ProcessId).First();
        var wake = Directory.CreateDirectory(WakeFolder.In(folder.Path), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        var place = WakeFolder.StatePath(wake, server, server);

        await File.WriteAllTextAsync(place, Session().ToText());
        Assert.Single(LastWakeCheck.Run(folder.Path));
        File.Delete(place);
        await ProgramRun.RunAsync("mkfifo", [place]);
        Assert.Empty(await Task.Run(() => LastWakeCheck.Run(folder.Path)).Within());
    }

    [UnixFact]
    public async Task What_keeps_a_session_from_being_told_anything_is_named()
    {
        using var folder = new TemporaryFolder();
        var server = ProcessIdentity.AncestorsOf(Environment.ProcessId).First();
        var wake = Directory.CreateDirectory(WakeFolder.In(folder.Path), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        var place = WakeFolder.StatePath(wake, server, server);
        await File.WriteAllTextAsync(place, Session().ToText());
        Directory.CreateDirectory(WakeFolder.ToldPath(place));

        var finding = LastWakeCheck.Run(folder.Path).Last();

        Assert.Equal(Finding.Note, finding.Status);
        Assert.Contains(WakeFolder.ToldPath(place), finding.Text, StringComparison.Ordinal);
        Directory.Delete(WakeFolder.ToldPath(place));
        Assert.Single(LastWakeCheck.Run(folder.Path));
    }

    private static WakeState Session(params WakeTry[] tries) => new("claude-code", "local", "socket", [], ["reviews"], [], tries);
}
