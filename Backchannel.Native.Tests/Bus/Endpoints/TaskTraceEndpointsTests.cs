using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Endpoints;

/// <summary>A task keeps the <c>traceparent</c> of its post, whatever way it is posted and claimed.</summary>
public sealed class TaskTraceEndpointsTests : IAsyncLifetime
{
    private const string Trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private TestBus bus = null!;
    private BusCaller caller = null!;
    private string lane = "";

    public async Task InitializeAsync()
    {
        bus = await TestBus.StartAsync();
        caller = await BusCaller.MintAsync(bus, "agent");
        lane = await caller.CreateAsync("lane");
    }

    public async Task DisposeAsync() => await bus.DisposeAsync();

    [Theory]
    [InlineData("messages")]
    [InlineData("tasks")]
    public async Task Every_claim_of_a_traced_task_names_the_trace(string path)
    {
        var task = await PostAsync(path, Trace);

        var plain = await ClaimAsync($"/v1/messages/{task}/claim", "{}");
        await caller.SendAsync("POST", $"/v1/messages/{task}/release", "{}", Guid.NewGuid().ToString());
        var leased = await ClaimAsync($"/v1/messages/{task}/claim-with-lease", "{}");
        await caller.SendAsync("POST", $"/v1/messages/{task}/release", "{}", Guid.NewGuid().ToString());
        var first = await ClaimAsync("/v1/tasks/claim", $$"""{"channel":"{{lane}}"}""");
        await caller.SendAsync("POST", $"/v1/messages/{task}/release", "{}", Guid.NewGuid().ToString());
        var best = await ClaimAsync("/v1/tasks/claim-next", $$"""{"channels":["{{lane}}"],"session":"a-secret-of-one-process"}""");

        Assert.Equal([Trace, Trace, Trace, Trace], new[] { plain, leased, first, best }.Select(static answer => answer.Text("traceparent")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("no-traceparent")]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    public async Task A_task_without_a_readable_one_stores_and_says_nothing(string? trace)
    {
        var task = await PostAsync("tasks", trace);

        var claimed = await ClaimAsync($"/v1/messages/{task}/claim-with-lease", "{}");

        Assert.False(claimed.Json.TryGetProperty("traceparent", out _));
        Assert.Equal(0, DatabaseFile.QueryInteger(bus.DatabasePath, "SELECT count(*) FROM traces"));
    }

    [Fact]
    public async Task A_trace_goes_with_its_message()
    {
        var task = await PostAsync("messages", Trace);
        var before = DatabaseFile.QueryInteger(bus.DatabasePath, "SELECT count(*) FROM traces");

        await caller.SendAsync("DELETE", $"/v1/messages/{task}");

        Assert.Equal((1, 0), (before, DatabaseFile.QueryInteger(bus.DatabasePath, "SELECT count(*) FROM traces")));
    }

    [Fact]
    public async Task A_broadcast_keeps_none_because_nobody_claims_it()
    {
        var news = await caller.CreateAsync("news", "broadcast");

        await caller.SendAsync("POST", $"/v1/channels/{news}/messages", """{"content":"x"}""", headers: [new("traceparent", Trace)]);

        Assert.Equal(0, DatabaseFile.QueryInteger(bus.DatabasePath, "SELECT count(*) FROM traces"));
    }

    [Fact]
    public async Task A_trace_makes_no_message_a_task_of_its_posters_list_and_shows_in_no_message()
    {
        var message = await PostAsync("messages", Trace);

        var mine = await caller.SendAsync("POST", "/v1/tasks/mine", "{}");
        var read = await caller.SendAsync("GET", $"/v1/messages/{message}");

        Assert.DoesNotContain(message, mine.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("4bf92f", read.Body, StringComparison.Ordinal);
    }

    private Task<BusAnswer> ClaimAsync(string path, string body) => caller.SendAsync("POST", path, body, Guid.NewGuid().ToString());

    private async Task<string> PostAsync(string path, string? trace)
    {
        var posted = await caller.SendAsync(
            "POST", $"/v1/channels/{lane}/{path}", """{"content":"x"}""", headers: trace is null ? null : [new("traceparent", trace)]);
        return posted.Json.GetProperty("message").GetProperty("id").GetString()!;
    }
}
