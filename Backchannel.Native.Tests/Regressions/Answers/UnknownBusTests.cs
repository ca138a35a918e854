using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Servers;

namespace Backchannel.Native.Tests.Regressions.Answers;

/// <summary>Our bus, while nobody can learn that it is ours: the tools say that it does not answer, and never go by the rules for other buses.</summary>
public sealed class UnknownBusTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder keys = new();
    private TestBus bus = null!;
    private LosingFront road = null!;
    private ToolAgent near = null!;
    private ToolAgent far = null!;

    public async Task InitializeAsync()
    {
        bus = await TestBus.StartAsync();
        road = new(new Uri(bus.BaseUrl));
        near = new(new Uri(bus.BaseUrl), "near", keys.Path);
        await near.PostAsync("lane", "makes the key that both share");
        var key = Path.Combine(keys.Path, "key");
        var farKeys = Directory.CreateDirectory(Path.Combine(keys.Path, "far")).FullName;
        File.Copy(key, Path.Combine(farKeys, "key"));
        far = new(road.Address, "far", farKeys);
        road.Lose("GET /health");
    }

    public async Task DisposeAsync()
    {
        await far.DisposeAsync();
        await near.DisposeAsync();
        await road.DisposeAsync();
        await bus.DisposeAsync();
    }

    public void Dispose() => keys.Dispose();

    [Fact]
    public async Task Result_awaited_by_its_id_alone_says_that_the_bus_does_not_answer_and_comes_as_soon_as_it_does()
    {
        var task = await near.PostAsync("jobs", "add");
        await near.ClaimAsync("jobs");
        await near.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        var refusal = await far.FailAsync("await_result", $$"""{"message_id":"{{task}}"}""");
        road.Lose(null);
        var result = await far.CallAsync("await_result", $$"""{"message_id":"{{task}}"}""");

        Assert.StartsWith("Backchannel error [unreachable]: ", refusal, StringComparison.Ordinal);
        Assert.Equal("5", result.GetProperty("result").Text("content"));
    }

    [Fact]
    public async Task Claim_is_not_made_without_its_session()
    {
        var task = await near.PostAsync("jobs", "add");

        var refusal = await far.FailAsync("claim_task", """{"channel":"jobs"}""");
        var claimed = await near.ClaimAsync("jobs");

        Assert.StartsWith("Backchannel error [unreachable]: ", refusal, StringComparison.Ordinal);
        Assert.Equal(task, claimed.Text("message_id"));
    }

    [Fact]
    public async Task Ack_publishes_nothing_and_counts_once_the_bus_answers()
    {
        var task = await near.PostAsync("jobs", "add");
        road.Lose(null);
        await far.ClaimAsync("jobs");
        far.Client.Connection.Additions.Forget();
        road.Lose("GET /health");

        var refusal = await far.FailAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");
        var results = await near.CallAsync("subscribe", $$"""{"channel":"result-of-{{task}}"}""");
        road.Lose(null);
        await far.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");
        var result = await near.CallAsync("await_result", $$"""{"message_id":"{{task}}"}""");

        Assert.StartsWith("Backchannel error [unreachable]: ", refusal, StringComparison.Ordinal);
        Assert.StartsWith("Nobody has posted here yet", results.Text("note"), StringComparison.Ordinal);
        Assert.Equal(("far", "5"), (result.Text("acknowledged_by"), result.GetProperty("result").Text("content")));
    }
}
