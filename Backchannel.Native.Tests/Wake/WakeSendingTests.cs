using Backchannel.Native.Tests.EndToEnd.Wake;
using Backchannel.Native.Wake;

namespace Backchannel.Native.Tests.Wake;

/// <summary>What a server tells its session itself: the test stands for the host, and for its hook.</summary>
public sealed class WakeSendingTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SignallingTimeProvider time = new();
    private HostSocket host = null!;
    private WakeSending sending = null!;

    private ToldEvents Told => new(folder.File("session.told"), TimeProvider.System);

    private Waiter Waiter => new(folder.File("session.waiter"), TimeProvider.System);

    public Task InitializeAsync()
    {
        host = HostSocket.Listen(folder.Path);
        var environment = host.Environment("CLAUDE_CODE", "reviews");
        var options = new WakeOptions
        {
            Lanes = ["reviews"],
            Folder = folder.Path,
            Bus = "local",
            ProcessId = Environment.ProcessId,
            Environment = name => environment.GetValueOrDefault(name),
            FindProgram = static _ => null,
            Warn = static _ => { },
        };
        sending = new(options, new(time), new(options, TimeProvider.System) { Host = WakeHosts.ClaudeCode }, time);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    public void Dispose() => folder.Dispose();

    [UnixFact]
    public async Task What_the_hook_that_waits_does_not_tell_in_seconds_is_told_by_the_server_once()
    {
        using var stopped = await Waiter.EnterAsync(CancellationToken.None);
        await ShareAsync("a");
        time.Advance(TimeSpan.FromSeconds(4));
        await ShareAsync("a");
        Assert.False(host.HasMessage);

        time.Advance(TimeSpan.FromSeconds(1));
        await ShareAsync("a", "b");
        var text = await host.ReadTextAsync();
        await ShareAsync("a", "b");

        Assert.Contains("2 tasks that you posted are over", text, StringComparison.Ordinal);
        Assert.False(host.HasMessage);

        // Once it goes on, the hook finds nothing left to tell.
        Assert.Empty((await Told.TakeAsync([WakeEvent.Over("a", 1), WakeEvent.Over("b", 1)], CancellationToken.None)).Events);
    }

    [UnixFact]
    public async Task The_hook_that_waits_has_its_time_for_each_event()
    {
        using var waiting = await Waiter.EnterAsync(CancellationToken.None);
        foreach (var id in (string[])["a", "b", "c"])
        {
            await ShareAsync(id);
            time.Advance(TimeSpan.FromSeconds(4));
            await ShareAsync(id);
        }

        Assert.False(host.HasMessage);
    }

    [UnixFact]
    public async Task After_the_limit_a_call_that_follows_a_long_quiet_counts_as_the_users_where_no_hook_says_so()
    {
        await ReachLimitAsync();
        Call();
        await ShareAsync("more");
        Assert.False(host.HasMessage);

        time.Advance(TimeSpan.FromMinutes(30));
        Call();
        await ShareAsync("more");
        Assert.Contains("with message_id more ", await host.ReadTextAsync(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task After_the_limit_a_call_of_a_turn_that_a_hook_began_does_not_count()
    {
        await ReachLimitAsync();
        Call();
        time.Advance(TimeSpan.FromMinutes(30));
        Call();

        // "19" was told long ago, which the server has only now to find out.
        await ShareAsync("19", "more");
        await ShareAsync("more");
        Assert.False(host.HasMessage);
    }

    private async Task ReachLimitAsync()
    {
        for (var wake = 0; wake < 20; wake++)
        {
            await ShareAsync($"{wake}");
            await host.ReadTextAsync();
        }
    }

    private void Call()
    {
        sending.BeginCall();
        sending.EndCall();
    }

    private Task<TimeSpan?> ShareAsync(params string[] ids) =>
        sending.ShareAsync(Told, Waiter, [.. ids.Select(static id => WakeEvent.Over(id, 1))], CancellationToken.None).Within();
}
