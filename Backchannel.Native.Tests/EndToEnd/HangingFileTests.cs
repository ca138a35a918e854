using System.Diagnostics;
using Backchannel.Native.Tests.Support;

namespace Backchannel.Native.Tests.EndToEnd;

/// <summary>Key files that hang whoever opens them: the session answers, and ends when it is told to.</summary>
public sealed class HangingFileTests : IDisposable
{
    // A second is promised; the rest is for a busy machine.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    private readonly TemporaryHome _home = new();

    public void Dispose() => _home.Dispose();

    [UnixTheory]
    [InlineData(".config/backchannel/keys/local")]
    [InlineData(".config/backchannel/key.origin")]
    [InlineData(".config/backchannel/key.lock")]
    [InlineData(".config/backchannel/channels.lock")]
    [InlineData(".local/share/backchannel/bus.log")]
    public async Task A_FIFO_in_a_files_place_holds_no_call_up(string place)
    {
        await MakeFifoAsync(place);

        var posted = await RunAsync("call", "post_task", "--channel", "lane", "--content", "x");

        Assert.True(posted.ExitCode == 0, posted.Errors);
    }

    [UnixTheory]
    [InlineData(".config/backchannel/keys/local")]
    [InlineData(".config/backchannel/key.lock")]
    public async Task A_FIFO_in_a_key_files_place_is_named(string place)
    {
        await MakeFifoAsync(place);

        var posted = await RunAsync("call", "post_task", "--channel", "lane", "--content", "x");

        Assert.Contains($"{Path.Combine(_home.Path, place)} is a FIFO, and a file belongs there", posted.Errors, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_FIFO_in_the_lock_files_place_is_named()
    {
        await MakeFifoAsync(".local/share/backchannel/bus.lock");

        var posted = await RunAsync("call", "post_task", "--channel", "lane", "--content", "x");

        Assert.Equal(1, posted.ExitCode);
        Assert.Contains("bus.lock is a FIFO, and a file belongs there", posted.Errors, StringComparison.Ordinal);
    }

    [RootTheory]
    [InlineData("end of input", ".config/backchannel")]
    [InlineData("end of input", ".config/backchannel/keys")]
    [InlineData("TERM", ".config/backchannel/keys")]
    [InlineData("end of input", ".local/share/backchannel")]
    [InlineData("TERM", ".local/share/backchannel")]
    public async Task A_session_ends_although_a_drive_that_it_needs_hangs(string ending, string folder)
    {
        using var hanging = new HangingFolder(Path.Combine(_home.Path, folder));
        await using var agent = await AgentProcess.StartAsync(_home.Path, "agent");
        var call = agent.CallRawAsync("list_channels", "{}");
        await hanging.WhenAskedAsync();

        if (ending == "TERM")
        {
            await ProcessSignals.SendAsync(agent.Process.Id, ending);
        }
        else
        {
            agent.Process.StandardInput.Close();
        }

        await agent.Process.WaitForExitAsync(new CancellationTokenSource(Bound).Token);
        await Assert.ThrowsAnyAsync<Exception>(() => call);
    }

    [RootFact]
    public async Task A_call_whose_key_lies_on_a_drive_that_hangs_says_so()
    {
        using var hanging = new HangingFolder(Path.Combine(_home.KeyFolder, "keys"));

        var posted = await RunAsync("call", "list_channels");
        var doctor = await RunAsync("doctor");

        Assert.Equal((1, 1), (posted.ExitCode, doctor.ExitCode));
        Assert.Contains($"the files in {_home.KeyFolder} could not be read in that time", posted.Errors, StringComparison.Ordinal);
        Assert.Contains($"the files in {_home.KeyFolder} could not be read within 10 s", doctor.Output, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_call_whose_bus_lies_on_a_drive_that_hangs_says_so()
    {
        using var hanging = new HangingFolder(_home.BusFolder);

        var posted = await RunAsync("call", "list_channels");

        Assert.Equal(1, posted.ExitCode);
        Assert.Contains($"{_home.BusFolder}, where the local bus lies, could not be looked at within 9 s", posted.Errors, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_bus_whose_database_lies_on_a_drive_that_hangs_ends_when_it_is_told_to()
    {
        var folder = Path.Combine(_home.Path, "drive");
        using var hanging = new HangingFolder(folder);
        using var process = Process.Start(new ProcessStartInfo(
            PublishedExecutable.Path, ["serve", "--listen", "127.0.0.1:0", "--db", Path.Combine(folder, "bus.db")]))!;
        await hanging.WhenAskedAsync();

        await ProcessSignals.SendAsync(process.Id, "TERM");

        await process.WaitForExitAsync(new CancellationTokenSource(Bound).Token);
        Assert.Equal(0, process.ExitCode);
    }

    private Task<NativeCommand> RunAsync(params string[] arguments) =>
        NativeCommand.RunAsync(new Dictionary<string, string> { ["HOME"] = _home.Path, ["BACKCHANNEL_BASE_URL"] = "local" }, arguments);

    private async Task MakeFifoAsync(string place)
    {
        var path = Path.Combine(_home.Path, place);
        foreach (var folder in (string[])[".config/backchannel", ".local/share/backchannel", Path.GetDirectoryName(place)!])
        {
            Backchannel.Native.Files.PrivateFiles.CreateFolder(Path.Combine(_home.Path, folder));
        }

        await ProgramRun.RunAsync("mkfifo", [path]);
    }
}
