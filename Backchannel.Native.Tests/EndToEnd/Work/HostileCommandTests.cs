using Backchannel.Native.Tests.EndToEnd.Sessions;

namespace Backchannel.Native.Tests.EndToEnd.Work;

/// <summary>A command that turns against its runner harms its own task alone.</summary>
public sealed class HostileCommandTests(NativeHome home) : IClassFixture<NativeHome>
{
    private const string Deep = "i=0; while [ $i -lt 600 ]; do mkdir dddddd && cd -P dddddd || exit 1; i=$((i+1)); done; ";

    private readonly string channel = $"lane-{Guid.NewGuid():n}";

    private string TemporaryFiles => RunnerProcess.Environment(home.Path)["TMPDIR"]!;

    [LinuxFact]
    public async Task Folders_deeper_than_a_path_can_be_and_odd_names_are_removed_and_the_runner_goes_on()
    {
        await using var runner = await StartAsync();
        var first = await RunnerProcess.PostAsync(home.Path, channel, "cd \"$BACKCHANNEL_RESULT_FILES\"; rm ../lock; mkdir -p ../lock/x; touch \"$(printf 'a\\377b')\"; " + Deep + "chmod 0 .; echo deep");
        var second = await RunnerProcess.PostAsync(home.Path, channel, "echo two");

        Assert.StartsWith("deep", await ResultAsync(first), StringComparison.Ordinal);
        Assert.Equal("two", await ResultAsync(second));
        await EndAsync(runner);
        Assert.Empty(Directory.EnumerateDirectories(TemporaryFiles, "backchannel-work-*"));
    }

    [LinuxFact]
    public async Task A_folder_that_a_command_planted_as_that_of_a_dead_runner_does_not_keep_the_next_one_from_starting()
    {
        await using (var planter = await StartAsync())
        {
            var planted = await RunnerProcess.PostAsync(
                home.Path, channel, "mkdir -p \"$TMPDIR/backchannel-work-zz1/results\"; : > \"$TMPDIR/backchannel-work-zz1/lock\"; cd \"$TMPDIR/backchannel-work-zz1/results\"; " + Deep + "echo planted");
            Assert.Equal("planted", await ResultAsync(planted));
            await EndAsync(planter);
        }

        await using var runner = await StartAsync();

        var id = await RunnerProcess.PostAsync(home.Path, channel, "ls \"$TMPDIR\" | grep -c zz1");
        await RunnerProcess.AwaitAsync(home.Path, id);
        Assert.False(Directory.Exists(Path.Combine(TemporaryFiles, "backchannel-work-zz1")));
    }

    [LinuxTheory]
    [InlineData("ln -s \"$HOME/victim\" \"$d\"")]
    [InlineData("mkdir \"$d\" && ln -s \"$HOME/victim\" \"$d/results\" && ln -s \"$HOME/victim\" \"$d/output\"")]
    [InlineData("mkdir -p \"$d/output\" && ln -s \"$HOME/victim/mine\" \"$d/output/output.0\" && ln -s \"$HOME/victim/mine\" \"$d/output/output.txt\"")]
    public async Task Nothing_is_written_or_removed_where_a_command_leads_the_folder_of_its_run(string trap)
    {
        var victim = Directory.CreateDirectory(Path.Combine(home.Path, "victim")).FullName;
        foreach (var name in (string[])["mine", "output.0", "output.1", "output.txt"])
        {
            await File.WriteAllTextAsync(Path.Combine(victim, name), "mine");
        }

        Directory.CreateDirectory(Path.Combine(victim, "results"));
        await using var runner = await StartAsync();
        var id = await RunnerProcess.PostAsync(home.Path, channel, $$"""d=$(dirname "$BACKCHANNEL_RESULT_FILES"); rm -rf "$d"; {{trap}}; head -c 100000 /dev/zero | tr '\0' y""");

        var ended = await RunnerProcess.AwaitAsync(home.Path, id);

        Assert.Contains("all 100,000 bytes are in output.txt", ended.GetProperty("result").Text("content"), StringComparison.Ordinal);
        await EndAsync(runner);
        Assert.True(Directory.Exists(Path.Combine(victim, "results")));
        Assert.Equal(["mine", "output.0", "output.1", "output.txt"], Directory.EnumerateFiles(victim).Select(Path.GetFileName).Order());
        Assert.All(Directory.EnumerateFiles(victim), static file => Assert.Equal("mine", File.ReadAllText(file)));
    }

    [LinuxTheory]
    [InlineData("rm -rf \"$TMPDIR\"")]
    [InlineData("rm -rf \"$TMPDIR\"/*")]
    [InlineData("d=$(dirname \"$BACKCHANNEL_RESULT_FILES\"); mkdir -p \"$d/output/output.txt/x\"")]
    public async Task A_command_that_takes_the_temporary_files_away_gets_its_result_and_the_runner_goes_on(string line)
    {
        await using var runner = await StartAsync();
        var first = await RunnerProcess.PostAsync(home.Path, channel, line + "; head -c 100000 /dev/zero | tr '\\0' y");
        var second = await RunnerProcess.PostAsync(home.Path, channel, "echo two");

        Assert.Contains("all 100,000 bytes are in output.txt", await ResultAsync(first), StringComparison.Ordinal);
        Assert.Equal("two", await ResultAsync(second));
    }

    [SmallDiskFact]
    public async Task A_command_that_fills_the_disk_gets_the_end_of_its_output_as_the_result_and_the_runner_goes_on()
    {
        using var disk = new SmallDisk(megabytes: 1);
        await using var runner = await RunnerProcess.StartWithAsync(
            home.Path, new Dictionary<string, string> { ["TMPDIR"] = disk.Path }, channel, "--local", "--", "sh", "-c", "eval \"$(cat)\"");
        var first = await RunnerProcess.PostAsync(home.Path, channel, "head -c 2000000 /dev/zero > \"$BACKCHANNEL_RESULT_FILES/big\"; head -c 100000 /dev/zero | tr '\\0' y");
        var second = await RunnerProcess.PostAsync(home.Path, channel, "echo two");

        Assert.Contains("the rest could not be kept", await ResultAsync(first), StringComparison.Ordinal);
        Assert.Equal("two", await ResultAsync(second));
    }

    [LinuxFact]
    public async Task A_guardian_that_is_stopped_holds_up_neither_the_result_nor_the_end()
    {
        await using var runner = await StartAsync("--timeout", "5");
        var once = await RunnerProcess.PostAsync(home.Path, channel, "kill -STOP $PPID; echo done");
        var again = await RunnerProcess.PostAsync(
            home.Path, channel, "g=$PPID; (while :; do kill -STOP $g; done) & setsid sh -c 'trap \"\" TERM; while :; do sleep 1; done' & echo $! > \"$HOME/daemon\"; echo $$ > \"$HOME/command\"; wait");

        Assert.Equal("done", await ResultAsync(once));
        await RunnerProcess.AwaitAsync(home.Path, again);

        await runner.SeeAsync("its time limit");
        Assert.False(RunningProcess.Exists(Number("command")));
        Assert.False(RunningProcess.Exists(Number("daemon")));
    }

    [LinuxFact]
    public async Task A_bus_that_the_command_started_for_itself_ends_with_it_and_so_does_what_runs_below_a_local_one()
    {
        await using var runner = await StartAsync();
        var program = PublishedExecutable.Path;
        var own = await RunnerProcess.PostAsync(
            home.Path, channel, $"setsid '{program}' serve --socket \"$HOME/own.sock\" --db \"$HOME/own.db\" > /dev/null 2>&1 & echo $! > \"$HOME/serve\"; while [ ! -S \"$HOME/own.sock\" ]; do sleep 0.1; done; echo ok");
        var below = await RunnerProcess.PostAsync(
            home.Path, channel, $"mkdir \"$HOME/other\"; setsid sh -c 'sleep 600 & echo $! > \"$HOME/below\"; exec \"{program}\" serve --socket \"$HOME/other/bus.sock\" --db \"$HOME/other/bus.db\" --background --detached' > /dev/null 2>&1 & while [ ! -S \"$HOME/other/bus.sock\" ]; do sleep 0.1; done; echo ok");

        Assert.Equal("ok", await ResultAsync(own));
        Assert.Equal("ok", await ResultAsync(below));
        Assert.False(RunningProcess.Exists(Number("serve")));
        Assert.False(RunningProcess.Exists(Number("below")));
    }

    private Task<RunnerProcess> StartAsync(params string[] options) =>
        RunnerProcess.StartAsync(home.Path, [channel, "--local", .. options, "--", "sh", "-c", "eval \"$(cat)\""]);

    private static async Task EndAsync(RunnerProcess runner)
    {
        await runner.SignalAsync("TERM");
        Assert.Equal(0, await runner.EndAsync());
    }

    private async Task<string> ResultAsync(string id)
    {
        var ended = await RunnerProcess.AwaitAsync(home.Path, id);
        return ended.TryGetProperty("result", out var result) ? result.Text("content") : throw new InvalidOperationException(ended.GetRawText());
    }

    private int Number(string file) => int.Parse(File.ReadAllText(Path.Combine(home.Path, file)), null);
}
