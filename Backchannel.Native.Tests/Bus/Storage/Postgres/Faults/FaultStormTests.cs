using Backchannel.Native.Tests.Bus.Storage.Postgres.Faults.History;
using Xunit.Abstractions;

namespace Backchannel.Native.Tests.Bus.Storage.Postgres.Faults;

/// <summary>Three buses on one database, between all faults at once: nothing is lost, nothing is done twice, and no answer is a lie.</summary>
[Trait(Soak.Name, Soak.Value)]
public sealed class FaultStormTests(ITestOutputHelper output)
{
    private const int Buses = 3;
    private const int Posters = 4;
    private const int Workers = 6;

    [PostgresFact]
    public async Task Nothing_is_lost_and_nothing_done_twice_whatever_breaks()
    {
        var seed = Soak.Seed(output);
        await using var storm = await FaultStorm.StartAsync(Buses, seed);
        var history = new OperationHistory();
        var load = new FaultLoad(history, storm.AnyBus, storm.Channel, seed);
        var posts = Soak.Times(300, 20_000);
        await using var progress = Soak.Report(output, () => $"{load.Posted:N0} of {posts:N0} posts, {load.Acknowledged:N0} acks, {storm.Done.Count} faults");
        var raging = storm.RageAsync(() => load.Posted >= posts);
        Task[] posting = [.. Enumerable.Range(1, Posters).Select(number =>
            load.PostAsync(number, TimeSpan.FromMilliseconds(Soak.Times(40, 1)), () => load.Posted >= posts && raging.IsCompleted))];
        Task[] working = [.. Enumerable.Range(1, Workers).Select(number => load.WorkAsync(number, () => posting.All(static task => task.IsCompleted)))];

        await foreach (var done in Task.WhenEach([raging, .. posting, .. working]).WithCancellation(Soak.Limit()))
        {
            Assert.True(done.IsCompletedSuccessfully, $"{done.Exception}\n{storm.Bugs}");
        }

        var stored = await storm.StoredAsync();
        output.WriteLine(
            $"{stored.Count:N0} tasks, {load.Acknowledged:N0} acks, {history.Count:N0} requests; "
            + $"undecided: {history.CountOf(OperationKind.Post, Outcome.Undecided)} posts, {history.CountOf(OperationKind.Claim, Outcome.Undecided)} claims, "
            + $"{history.CountOf(OperationKind.Ack, Outcome.Undecided)} acks; faults: {string.Join(", ", storm.Done.GroupBy(fault => fault).Select(same => $"{same.Count()} {same.Key}"))}");
        Assert.Empty(history.Check(stored));
        Assert.True(load.Acknowledged >= posts - Buses, $"{load.Acknowledged} of {posts} were acknowledged");
    }
}
