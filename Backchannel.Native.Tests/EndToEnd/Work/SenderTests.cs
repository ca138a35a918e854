using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.EndToEnd.Work;

/// <summary>Whose tasks a runner runs on a bus that others use too.</summary>
public sealed class SenderTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryHome home = new();
    private TestBus bus = null!;

    public async Task InitializeAsync() => bus = await TestBus.StartAsync();

    public async Task DisposeAsync() => await bus.DisposeAsync();

    public void Dispose() => home.Dispose();

    [UnixFact]
    public async Task A_strangers_task_is_left_alone_and_the_own_ones_behind_it_are_done()
    {
        await using var stranger = new ToolAgent(new Uri(bus.BaseUrl), "stranger");
        await using var own = new ToolAgent(new Uri(bus.BaseUrl), "owner", home.KeyFolder);
        await using var runner = await StartAsync("builds");
        var lane = (await own.Client.GetChannelAsync("builds", Deadline.Token())).Id;
        var foreign = await stranger.PostAsync(lane, "rm -rf everything");
        await runner.SeeAsync($"is left to others: it was posted with another key than yours. --from {(await stranger.Client.GetOwnKeyAsync(Deadline.Token())).KeyId} allows that key");
        var id = await own.PostAsync("builds", "mine");

        var result = await own.CallAsync("await_result", $$"""{"message_id":"{{id}}","timeout_seconds":50}""");
        var left = await stranger.CallAsync("await_result", $$"""{"message_id":"{{foreign}}","timeout_seconds":1}""");

        Assert.Equal("ran mine", result.GetProperty("result").Text("content"));
        Assert.Equal("open", left.Text("status"));
        // Given back once, which counts as no attempt.
        Assert.Single(runner.Log.Split('\n'), static line => line.Contains("is left to others", StringComparison.Ordinal));
        Assert.DoesNotContain("Attempt 1 of", left.GetRawText(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task Tasks_of_a_key_that_was_named_are_run()
    {
        await using var stranger = new ToolAgent(new Uri(bus.BaseUrl), "stranger");
        await using var own = new ToolAgent(new Uri(bus.BaseUrl), "owner", home.KeyFolder);
        await using var runner = await StartAsync("builds", "--from", (await stranger.Client.GetOwnKeyAsync(Deadline.Token())).KeyId);
        var lane = (await own.Client.GetChannelAsync("builds", Deadline.Token())).Id;

        var id = await stranger.PostAsync(lane, "hello");

        var result = await stranger.CallAsync("await_result", $$"""{"message_id":"{{id}}","timeout_seconds":50}""");
        Assert.Equal("ran hello", result.GetProperty("result").Text("content"));
    }

    [UnixFact]
    public async Task A_channel_of_another_owner_is_refused_unless_any_sender_is_allowed()
    {
        await using var stranger = new ToolAgent(new Uri(bus.BaseUrl), "stranger");
        var id = await stranger.PostAsync("theirs", "hello");
        var lane = (await stranger.Client.GetChannelAsync("theirs", Deadline.Token())).Id;
        await using var refused = RunnerProcess.Launch(home.Path, Arguments(lane));

        Assert.Equal(1, await refused.EndAsync());
        Assert.Contains("belongs to stranger", refused.Log, StringComparison.Ordinal);
        Assert.Contains("--any-sender", refused.Log, StringComparison.Ordinal);

        await using var runner = await StartAsync(lane, "--any-sender");
        var result = await stranger.CallAsync("await_result", $$"""{"message_id":"{{id}}","timeout_seconds":50}""");
        Assert.Equal("ran hello", result.GetProperty("result").Text("content"));
    }

    [UnixFact]
    public async Task However_many_tasks_of_strangers_come_first_the_own_one_is_done_within_few_requests()
    {
        await using var stranger = new ToolAgent(new Uri(bus.BaseUrl), "stranger");
        await using var own = new ToolAgent(new Uri(bus.BaseUrl), "owner", home.KeyFolder);
        await using var runner = await StartAsync("builds");
        var lane = (await own.Client.GetChannelAsync("builds", Deadline.Token())).Id;
        for (var i = 0; i < 80; i++)
        {
            await stranger.CallAsync("post_task", $$"""{"channel":"{{lane}}","content":"mine first","priority":9}""");
        }

        var id = await own.PostAsync("builds", "mine");

        var result = await own.CallAsync("await_result", $$"""{"message_id":"{{id}}","timeout_seconds":50}""");
        Assert.Equal("ran mine", result.GetProperty("result").Text("content"));
        Assert.Single(runner.Log.Split('\n'), static line => line.Contains("is left to others", StringComparison.Ordinal));
        Assert.DoesNotContain("rate", runner.Log, StringComparison.OrdinalIgnoreCase);
    }

    [UnixFact]
    public async Task A_channel_of_another_owner_is_used_if_the_key_of_that_owner_is_named()
    {
        await using var stranger = new ToolAgent(new Uri(bus.BaseUrl), "stranger");
        var id = await stranger.PostAsync("theirs", "hello");
        var lane = (await stranger.Client.GetChannelAsync("theirs", Deadline.Token())).Id;
        await using var runner = await StartAsync(lane, "--from", (await stranger.Client.GetOwnKeyAsync(Deadline.Token())).KeyId);

        var result = await stranger.CallAsync("await_result", $$"""{"message_id":"{{id}}","timeout_seconds":50}""");

        Assert.Equal("ran hello", result.GetProperty("result").Text("content"));
    }

    [UnixFact]
    public async Task A_channel_that_was_deleted_and_made_again_is_worked_on()
    {
        await using var own = new ToolAgent(new Uri(bus.BaseUrl), "owner", home.KeyFolder);
        await using var runner = await StartAsync("builds");
        await own.Client.DeleteChannelAsync((await own.Client.GetChannelAsync("builds", Deadline.Token())).Id, Deadline.Token());
        await runner.SeeAsync("the channel builds was deleted; this runner waits until somebody makes it again");
        await using var later = new ToolAgent(new Uri(bus.BaseUrl), "owner", home.KeyFolder);

        var id = await later.PostAsync("builds", "mine");

        var result = await later.CallAsync("await_result", $$"""{"message_id":"{{id}}","timeout_seconds":50}""");
        Assert.Equal("ran mine", result.GetProperty("result").Text("content"));
    }

    private Task<RunnerProcess> StartAsync(string channel, params string[] options) => RunnerProcess.StartAsync(home.Path, Arguments(channel, options));

    private string[] Arguments(string channel, params string[] options) =>
        [channel, "--base-url", bus.BaseUrl, .. options, "--", "sh", "-c", "printf 'ran '; cat"];
}
