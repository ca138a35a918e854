using System.Diagnostics;

namespace Backchannel.Native.Tests.Regressions.EndToEnd.Files;

/// <summary>Files on a drive that does not answer: a call reports it, and a session or a bus ends when it is told to.</summary>
public sealed class HangingDriveTests : IDisposable
{
    // A second is promised; the rest is for a busy machine.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    [RootTheory]
    [InlineData("end of input", ".config/backchannel")]
    [InlineData("end of input", ".config/backchannel/keys")]
    [InlineData("TERM", ".config/backchannel/keys")]
    [InlineData("end of input", ".local/share/backchannel")]
    [InlineData("TERM", ".local/share/backchannel")]
    public async Task A_session_ends_although_a_drive_that_it_needs_hangs(string ending, string folder)
    {
        using var hanging = new HangingFolder(Path.Combine(home.Path, folder));
        await using var agent = await AgentProcess.StartAsync(home.Path, "agent");
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
        using var hanging = new HangingFolder(Path.Combine(home.KeyFolder, "keys"));

        // Both wait until their deadline: 40 s for a call, 10 s for the doctor.
        var runs = await Task.WhenAll(RunAsync("call", "list_channels"), RunAsync("doctor"));

        var (posted, doctor) = (runs[0], runs[1]);
        Assert.Equal((1, 1), (posted.ExitCode, doctor.ExitCode));
        Assert.Contains($"the files in {home.KeyFolder} could not be read in that time", posted.Errors, StringComparison.Ordinal);
        Assert.Contains($"the files in {home.KeyFolder} could not be read within 10 s", doctor.Output, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_call_whose_bus_lies_on_a_drive_that_hangs_says_so()
    {
        using var hanging = new HangingFolder(home.BusFolder);

        var posted = await RunAsync("call", "list_channels");

        Assert.Equal(1, posted.ExitCode);
        Assert.Contains($"{home.BusFolder}, where the local bus lies, could not be looked at within 9 s", posted.Errors, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_bus_whose_database_lies_on_a_drive_that_hangs_ends_when_it_is_told_to()
    {
        var folder = Path.Combine(home.Path, "drive");
        using var hanging = new HangingFolder(folder);
        using var process = Process.Start(new ProcessStartInfo(
            PublishedExecutable.Path, ["serve", "--listen", "127.0.0.1:0", "--db", Path.Combine(folder, "bus.db")]))!;
        await hanging.WhenAskedAsync();

        await ProcessSignals.SendAsync(process.Id, "TERM");

        await process.WaitForExitAsync(new CancellationTokenSource(Bound).Token);
        Assert.Equal(0, process.ExitCode);
    }

    private Task<NativeCommand> RunAsync(params string[] arguments) =>
        NativeCommand.RunAsync(new Dictionary<string, string> { ["HOME"] = home.Path, ["BACKCHANNEL_BASE_URL"] = "local" }, arguments);
}
