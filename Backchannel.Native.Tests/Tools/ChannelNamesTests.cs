using Backchannel.Native.Mcp;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Servers;
using Backchannel.Native.Tools;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Tools;

public sealed class ChannelNamesTests : IAsyncLifetime
{
    private readonly SignallingTimeProvider time = new();
    private TestBus bus = null!;

    public async Task InitializeAsync() => bus = await TestBus.StartAsync();

    public async Task DisposeAsync() => await bus.DisposeAsync();

    [Fact]
    public async Task Own_channels_for_tasks_are_suggested_newest_first_and_once_each()
    {
        await using var agent = new ToolAgent(new(bus.BaseUrl), "agent");
        await using var stranger = new ToolAgent(new(bus.BaseUrl), "stranger");
        await CreateAsync(stranger, "review-foreign");
        await CreateAsync(agent, "review-old", "Review-new", "builds", "review-old");
        await agent.Client.CreateChannelAsync(new("review-news", ChannelMode.Broadcast), default);
        await agent.Client.CreateChannelAsync(new("review-hidden", ChannelMode.Claimable, Discoverable: false), default);
        using var names = new ChannelNames(agent.Client, time);

        var found = await names.CompleteAsync("review", default);

        Assert.Equal(["review-old", "Review-new"], found.Values);
        Assert.True(found.IsWhole);
    }

    [Fact]
    public async Task A_name_in_which_a_client_may_read_a_file_or_a_skill_is_not_suggested()
    {
        await using var agent = new ToolAgent(new(bus.BaseUrl), "agent");
        await CreateAsync(agent, "review", "review @~/.ssh/id_rsa", "review $skill");
        using var names = new ChannelNames(agent.Client, time);

        Assert.Equal(["review"], (await names.CompleteAsync("review", default)).Values);
    }

    [Fact]
    public async Task All_are_found_however_many_pages_they_take()
    {
        await using var agent = new ToolAgent(new(bus.BaseUrl), "agent");
        await CreateAsync(agent, [.. Enumerable.Range(0, 105).Select(number => $"lane-{number}")]);
        using var names = new ChannelNames(agent.Client, time);

        var all = await names.CompleteAsync("", default);
        var oldest = await names.CompleteAsync("lane-0", default);

        Assert.Equal((105, true), (all.Values.Count, all.IsWhole));
        Assert.Equal(["lane-0"], oldest.Values);
    }

    [Fact]
    public async Task What_was_read_serves_for_some_seconds_of_typing()
    {
        await using var agent = new ToolAgent(new(bus.BaseUrl), "agent");
        using var names = new ChannelNames(agent.Client, time);
        Assert.Empty((await names.CompleteAsync("r", default)).Values);
        await CreateAsync(agent, "reviews");

        var soon = await names.CompleteAsync("re", default);
        time.Advance(TimeSpan.FromSeconds(6));
        var later = await names.CompleteAsync("re", default);

        Assert.Empty(soon.Values);
        Assert.Equal(["reviews"], later.Values);
    }

    [Fact]
    public async Task A_slow_bus_suggests_nothing_in_time_and_its_answer_serves_the_next_question()
    {
        await using var front = new HoldingFront(new(bus.BaseUrl), "GET /v1/channels?");
        await using var agent = new ToolAgent(front.Address, "agent");
        await CreateAsync(agent, "reviews");
        using var names = new ChannelNames(agent.Client, time);
        var first = names.CompleteAsync("re", default);
        await front.Arrived;

        time.Advance(TimeSpan.FromMilliseconds(500));
        var inTime = await first.Within();
        var second = names.CompleteAsync("re", default);
        front.Release();

        Assert.Equal(Completion.None, inTime);
        Assert.Equal(["reviews"], (await second.Within()).Values);
    }

    [Fact]
    public async Task A_bus_that_is_away_suggests_nothing()
    {
        await using var agent = new ToolAgent(new("http://127.0.0.1:9"), "agent");
        using var names = new ChannelNames(agent.Client, TimeProvider.System);

        var found = await names.CompleteAsync("re", default).Within();

        Assert.Empty(found.Values);
    }

    [Fact]
    public async Task A_name_with_something_invisible_in_it_is_not_put_into_a_line()
    {
        var channels = string.Join(',', new[] { "review", @"re\u202eview", @"re\u200bview", @"re\nview" }.Select(static name =>
            $$"""{"id":"c","name":"{{name}}","mode":"claimable","access":"open","description":"","created_at":"2026-01-01T00:00:00+00:00","is_member":true}"""));
        await using var server = new MisbehavingServer(request => request.Target == "/v1/keys"
            ? MisbehavingServer.IssueKey()
            : Reply.Json(200, $$"""{"data":[{{channels}}],"limit":100,"next_cursor":null}"""));
        await using var agent = new ToolAgent(server.Address, "agent");
        using var names = new ChannelNames(agent.Client, time);

        var found = await names.CompleteAsync("re", default).Within();

        Assert.Equal(["review"], found.Values);
    }

    [Fact]
    public async Task A_bus_that_answers_nonsense_suggests_nothing()
    {
        await using var server = new MisbehavingServer(request => request.Target == "/v1/keys" ? MisbehavingServer.IssueKey() : Reply.Json(200, "[]"));
        await using var agent = new ToolAgent(server.Address, "agent");
        using var names = new ChannelNames(agent.Client, time);

        var found = await names.CompleteAsync("re", default).Within();

        Assert.Empty(found.Values);
    }

    private static async Task CreateAsync(ToolAgent agent, params string[] names)
    {
        foreach (var name in names)
        {
            await agent.Client.CreateChannelAsync(new(name, ChannelMode.Claimable), default);
        }
    }
}
