using Backchannel.Native.Client;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tools;
using Backchannel.Native.Wake;

namespace Backchannel.Native.Tests.Wake;

/// <summary>On a real bus, and the machine's clock.</summary>
public sealed class TaskFollowerTests : IAsyncLifetime, IDisposable
{
    private readonly SessionInterest interest = new(TimeProvider.System);
    private readonly CancellationTokenSource ending = new();
    private readonly Lanes lanes = new();
    private TestBus bus = null!;
    private ToolAgent agent = null!;

    public async Task InitializeAsync()
    {
        bus = await TestBus.StartAsync();
        agent = new(new(bus.BaseUrl), "planner");
    }

    public async Task DisposeAsync()
    {
        await agent.DisposeAsync();
        await bus.DisposeAsync();
    }

    public void Dispose()
    {
        lanes.Dispose();
        ending.Dispose();
    }

    [Fact]
    public async Task An_id_that_the_bus_refuses_is_dropped_and_the_others_are_followed()
    {
        var id = await agent.PostAsync("jobs", "x");
        interest.Await([" ", id, "no task has it"]);
        var following = new TaskFollower(agent.Client, lanes, new MessageFinder(), interest, TimeProvider.System).RunAsync(ending.Token);
        await agent.ClaimAsync("jobs");
        await agent.CallAsync("ack_task", $$"""{"message_id":"{{id}}"}""");

        for (var isDone = false; !isDone;)
        {
            var changed = interest.Changed;
            var (events, due) = interest.Tellable();
            isDone = events is [{ Kind: WakeKind.Over }] && interest.Awaited.Count == 1;
            await (isDone ? Task.CompletedTask : Task.WhenAny(changed, Task.Delay(due ?? Timeout.InfiniteTimeSpan, TimeProvider.System))).Within();
        }

        Assert.Equal(id, Assert.Single(interest.Tellable().Events).Id);
        Assert.Equal([id], interest.Awaited);
        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following.Within());
    }
}
