namespace Backchannel.Native.Tests.Regressions.EndToEnd.Files;

/// <summary>A FIFO in the place of a file: opening it would block for ever.</summary>
public sealed class HangingFileTests : IDisposable
{
    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

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

        Assert.Contains($"{Path.Combine(home.Path, place)} is a FIFO, and a file belongs there", posted.Errors, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_FIFO_in_the_lock_files_place_is_named()
    {
        await MakeFifoAsync(".local/share/backchannel/bus.lock");

        var posted = await RunAsync("call", "post_task", "--channel", "lane", "--content", "x");

        Assert.Equal(1, posted.ExitCode);
        Assert.Contains("bus.lock is a FIFO, and a file belongs there", posted.Errors, StringComparison.Ordinal);
    }

    private Task<NativeCommand> RunAsync(params string[] arguments) =>
        NativeCommand.RunAsync(new Dictionary<string, string> { ["HOME"] = home.Path, ["BACKCHANNEL_BASE_URL"] = "local" }, arguments);

    private async Task MakeFifoAsync(string place)
    {
        var path = Path.Combine(home.Path, place);
        foreach (var folder in (string[])[".config/backchannel", ".local/share/backchannel", Path.GetDirectoryName(place)!])
        {
            Backchannel.Native.Files.PrivateFiles.CreateFolder(Path.Combine(home.Path, folder));
        }

        await ProgramRun.RunAsync("mkfifo", [path]);
    }
}
