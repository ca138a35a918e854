using Backchannel.Native.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Tools;

/// <summary>The promises on our own bus.</summary>
public sealed class HandoffOnOurBusTests : HandoffTests
{
    /// <summary>Stands still unless a test moves it, ahead or not of the machine's: no test depends on how the two compare.</summary>
    private readonly FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddYears(56)) { AutoAdvanceAmount = TimeSpan.FromMicroseconds(1) };
    private TestBus bus = null!;

    private protected override Uri Address => new(bus.BaseUrl);

    public override async Task InitializeAsync() => bus = await TestBus.StartAsync(options => options, time);

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await bus.DisposeAsync();
    }

    private protected override ToolAgent Reader()
    {
        var own = new SignallingTimeProvider();
        _ = PassPausesAsync(own, () => Task.CompletedTask);
        return Agent("reader", own);
    }

    [Fact]
    public async Task Task_of_a_crashed_worker_goes_to_one_that_waits()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.CallAsync("claim_task", """{"channel":"jobs","lease_seconds":30}""");
        await worker.DisposeAsync();

        var waiting = Agent("other").CallAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");
        time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal(task, (await waiting).Text("message_id"));
    }

    [Fact]
    public async Task Lease_that_was_lost_to_another_publishes_nothing()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.CallAsync("claim_task", """{"channel":"jobs","lease_seconds":30}""");
        time.Advance(TimeSpan.FromSeconds(31));
        await Agent("other").CallAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");

        var refusal = await worker.FailAsync("ack_task", $$"""{"message_id":"{{task}}","result":"late"}""");

        Assert.Contains("other holds it now", refusal, StringComparison.Ordinal);
        Assert.StartsWith(
            "Backchannel error [404 channel_not_found]: ",
            await poster.FailAsync("subscribe", $$"""{"channel":"result-of-{{task}}"}"""),
            StringComparison.Ordinal);
    }
}
