using System.Diagnostics;

namespace Backchannel.Native.Tests.EndToEnd.Sessions;

/// <summary>How the executable starts and ends, as far as no bus is involved.</summary>
[Trait("Category", "EndToEnd")]
public sealed class ServerLifetimeTests(NativeHome home) : IClassFixture<NativeHome>
{
    // An address nobody listens on: starting, listing and ending need no bus.
    private static readonly Dictionary<string, string> Settings = new() { ["BACKCHANNEL_BASE_URL"] = "http://127.0.0.1:1" };

    // END-04
    [Theory]
    [InlineData("TERM", 143)]
    [InlineData("INT", 130)]
    public async Task A_signal_ends_the_server_though_the_input_stays_open(string signal, int status)
    {
        await using var session = Start();
        await session.HandshakeAsync();

        await SignalAsync(session, signal);

        Assert.Contains(await session.WaitForExitAsync(), new int?[] { 0, status });
        Assert.Null(await session.TryReadAsync());
        Assert.DoesNotContain("   at ", await session.ReadErrorsAsync(), StringComparison.Ordinal);
    }

    // SUB-03, END-04
    [Fact]
    public async Task A_signal_ends_an_open_stream_with_a_result()
    {
        await using var session = Start();
        await session.SendAsync(McpSession.ModernRequest("\"a\"", "subscriptions/listen", "\"notifications\":{}"));
        await session.ReadAsync();

        await SignalAsync(session, "TERM");

        Assert.Equal("\"a\"", McpSession.IdOf(await session.ReadAsync()));
        Assert.Null(await session.TryReadAsync());
    }

    // END-05
    [Fact]
    public async Task A_closed_output_ends_the_server_quietly()
    {
        await using var session = Start();
        await session.HandshakeAsync();

        await session.CloseOutputAsync();
        await session.SendAsync(McpSession.Request(100, "tools/list"), McpSession.Request(101, "ping"));

        Assert.Equal(0, await session.WaitForExitAsync());
        Assert.DoesNotContain("   at ", await session.ReadErrorsAsync(), StringComparison.Ordinal);
    }

    // END-06, MOD-14
    [Fact]
    public async Task A_second_process_that_is_killed_disturbs_nobody()
    {
        await using var session = Start();
        await session.HandshakeAsync();
        await using var probe = Start();
        await probe.AskModernAsync("server/discover");

        probe.Kill();
        await probe.WaitForExitAsync();

        Assert.True((await session.AskAsync("tools/list")).TryGetProperty("result", out _));
    }

    // MOD-14, CLI-05: not even a key or a folder.
    [Fact]
    public async Task Starting_and_probing_leaves_no_trace()
    {
        using var empty = new NativeHome();
        await using var session = new ProcessSession(empty.Path, Settings);

        await session.AskModernAsync("server/discover");
        await session.AskModernAsync("tools/list");
        await session.FinishAsync();

        Assert.Equal(0, await session.WaitForExitAsync());
        Assert.Empty(Directory.EnumerateFileSystemEntries(empty.Path));
    }

    private ProcessSession Start() => new(home.Path, Settings);

    private static async Task SignalAsync(ProcessSession session, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", session.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().Within();
    }
}
