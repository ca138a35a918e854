using Backchannel.Native.Client;
using Backchannel.Native.Tests.Support.Postgres;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Bus.Storage.Postgres.Faults;

/// <summary>A commit whose answer does not come is found out: what was kept is told as done and done once, and nothing else is told as kept or not.</summary>
public sealed class LostCommitTests
{
    [PostgresFact]
    public async Task Writes_whose_commit_was_kept_are_told_as_done_although_its_answer_was_lost()
    {
        await using var bus = await FrontedBus.StartAsync();
        bus.Front.Lose(DatabaseLoss.Answer);

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(number => bus.PostAsync($"{number}")));

        await bus.Front.Hit.Within();
        Assert.All(answers, answer => Assert.Equal(201, answer.Status));
        Assert.Equal("0,1,2,3,4", await bus.ContentsAsync());
        Assert.Equal(201, (await bus.PostAsync("5")).Status);
    }

    [PostgresFact]
    public async Task A_write_whose_commit_did_not_arrive_is_told_as_not_kept_and_is_not_there()
    {
        await using var bus = await FrontedBus.StartAsync();
        bus.Front.Lose(DatabaseLoss.Commit);

        var answer = await bus.PostAsync("one", "key");

        await bus.Front.Hit.Within();
        Assert.Equal((503, "storage_unavailable", "1"), (answer.Status, answer.Text("error"), answer.Header("Retry-After")));
        Assert.Contains("nothing was kept", answer.Text("message"), StringComparison.Ordinal);
        Assert.Equal("", await bus.ContentsAsync());
        Assert.Equal(201, (await bus.PostAsync("one", "key")).Status);
        Assert.Equal("one", await bus.ContentsAsync());
    }

    [PostgresFact]
    public async Task A_write_of_unknown_fate_is_told_as_such_and_its_repetition_finds_it()
    {
        await using var bus = await FrontedBus.StartAsync();
        bus.Front.Lose(DatabaseLoss.Answer, cuts: true);

        var answer = await bus.PostAsync("one", "key");

        Assert.Equal((504, "write_undecided", "1"), (answer.Status, answer.Text("error"), answer.Header("Retry-After")));
        Assert.Contains("may have been kept or not", answer.Text("message"), StringComparison.Ordinal);
        Assert.Equal("one", await bus.ContentsAsync());

        bus.Front.Open();
        await bus.RepeatAsync(() => bus.PostAsync("one", "key"));
        Assert.Equal("one", await bus.ContentsAsync());
    }

    [PostgresFact]
    public async Task A_post_of_unknown_fate_that_is_called_again_is_done_once()
    {
        await using var bus = await FrontedBus.StartAsync();
        Assert.True(ApiKey.TryParse(bus.Caller.Key, out var key));
        var options = new BackchannelClientOptions { BaseUrl = new(bus.Bus.BaseUrl), AgentLabel = "a", ApiKey = key };
        await using var connection = new BusConnection(options, TimeProvider.System);
        var client = new BackchannelClient(connection);
        bus.Front.Lose(DatabaseLoss.Answer, cuts: true);

        var fault = await Assert.ThrowsAsync<BackchannelException>(PostAsync);

        Assert.True(fault.IsUndecided, fault.Message);
        bus.Front.Open();
        await bus.RepeatAsync(() => bus.PostAsync("another"));
        await PostAsync();
        Assert.Equal("another,one", await bus.ContentsAsync());

        Task<PostedMessage> PostAsync() => client.PostMessageAsync(bus.Channel, new("one"), CancellationToken.None);
    }

    [PostgresFact]
    public async Task A_server_that_is_started_anew_at_the_commit_is_asked_what_it_kept()
    {
        await using var server = await PostgresServer.StartAsync("shared_buffers=16MB");
        await using var bus = await FrontedBus.StartAsync(server);
        bus.Front.Lose(DatabaseLoss.Answer);
        var posted = bus.PostAsync("one");
        await bus.Front.Hit.Within();
        await server.KillAsync();
        await server.StartAgainAsync();

        var answer = await posted;

        // On a slow machine the start takes longer than a bus looks for its commit.
        Assert.True(answer.Status == 201 || answer.Body.Contains("may have been kept", StringComparison.Ordinal), answer.Body);
        Assert.Equal("one", await bus.ContentsAsync());
    }
}
