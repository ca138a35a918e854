using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Tools;

/// <summary>How waits that go on as tasks of the extension end when their time is up: on a real bus, with a clock of the tools that only the test moves.</summary>
public sealed class WaitsThatEndTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>What a wait may need after its end to look once more, without any pause of a bus.</summary>
    private static readonly TimeSpan LastLook = TimeSpan.FromSeconds(1);

    private readonly TemporaryFolder keys = new();
    private readonly SignallingTimeProvider time = new();
    private TestBus bus = null!;
    private ToolAgent poster = null!;
    private TaskSession session = null!;

    public async Task InitializeAsync()
    {
        bus = await TestBus.StartAsync();
        poster = new(new(bus.BaseUrl), "poster", keys.Path);
        session = new(new ToolAgent(new(bus.BaseUrl), "me", keys.Path, time), new FakeTimeProvider(DateTimeOffset.UtcNow));
    }

    public async Task DisposeAsync()
    {
        await session.DisposeAsync();
        await poster.DisposeAsync();
        await bus.DisposeAsync();
    }

    public void Dispose() => keys.Dispose();

    [Fact]
    public async Task Message_that_came_in_time_is_told_though_it_could_not_be_read_in_time()
    {
        var id = await SubscribeAsync();
        await poster.CallAsync("broadcast", """{"channel":"news","content":"new"}""");

        // The reading has to wait for its pace.
        await time.TimerAsync(static due => due > TimeSpan.Zero && due <= TimeSpan.FromMilliseconds(250));
        time.Advance(Limit + TimeSpan.FromSeconds(3));
        var done = await FinishAsync(id);

        Assert.Equal("new", done.GetProperty("data")[0].Text("content"));
    }

    [Fact]
    public async Task Wait_for_a_message_ends_when_its_time_is_up()
    {
        var start = time.GetUtcNow();
        var done = await FinishAsync(await SubscribeAsync());

        Assert.Empty(done.GetProperty("data").EnumerateArray());
        Assert.InRange(time.GetUtcNow() - start, Limit - LastLook, Limit + LastLook);
    }

    [Fact]
    public async Task Wait_for_a_result_ends_when_its_time_is_up()
    {
        var task = await poster.PostAsync("jobs", "add");
        var start = time.GetUtcNow();
        var done = await FinishAsync(await session.StartAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":20}"""));

        Assert.Equal("open", done.Text("status"));
        Assert.InRange(time.GetUtcNow() - start, Limit - LastLook, Limit + LastLook);
    }

    [Fact]
    public async Task Wait_for_a_task_ends_when_its_time_is_up_though_its_turn_never_came()
    {
        await poster.PostAsync("jobs", "first");
        await poster.ClaimAsync("jobs");
        await session.StartAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");
        var start = time.GetUtcNow();
        var done = await FinishAsync(await session.StartAsync("claim_task", """{"channel":"jobs","wait_seconds":20}"""));

        Assert.False(done.GetProperty("claimed").GetBoolean());
        Assert.InRange(time.GetUtcNow() - start, Limit - LastLook, Limit + LastLook);
    }

    private async Task<string> SubscribeAsync()
    {
        await poster.CallAsync("broadcast", """{"channel":"news","content":"old"}""");
        var cursor = (await session.Agent.CallAsync("subscribe", """{"channel":"news"}""")).Text("next_cursor");
        return await session.StartAsync("subscribe", $$"""{"channel":"news","since":"{{cursor}}","wait_seconds":20}""");
    }

    /// <summary>Moves the clock on as far as somebody waits for, until the task is over.</summary>
    private async Task<JsonElement> FinishAsync(string id)
    {
        var finished = session.FinishAsync(id);
        while (await Task.WhenAny(finished, time.TimerAsync(static due => due > TimeSpan.Zero && due <= Limit)) is Task<TimeSpan> timer)
        {
            time.Advance(await timer);
        }

        return (await finished).GetProperty("result").GetProperty("structuredContent");
    }
}
