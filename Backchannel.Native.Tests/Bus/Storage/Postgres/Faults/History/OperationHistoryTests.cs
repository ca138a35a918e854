namespace Backchannel.Native.Tests.Bus.Storage.Postgres.Faults.History;

/// <summary>The checker finds what must not happen, and nothing else.</summary>
public sealed class OperationHistoryTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly OperationHistory history = new();

    [Fact]
    public void A_history_that_can_be_true_has_no_faults()
    {
        Post("kept", Outcome.Done);
        Post("undecided and kept", Outcome.Undecided);
        Post("undecided and not kept", Outcome.Undecided);
        Post("refused", Outcome.Refused);
        Post("refused, then kept", Outcome.Refused, "again");
        Post("refused, then kept", Outcome.Done, "again");
        Claim("kept", "a", 0, 30, "first");
        Renew("kept", "a", 50, "first");
        Claim("kept", "b", 50, 80, "second");
        // The same claim, repeated.
        Claim("kept", "b", 50, 80, "second");
        Ack("kept", "b", Outcome.Undecided, "ack");
        Ack("kept", "b", Outcome.Done, "ack");
        Ack("undecided and kept", "b", Outcome.Undecided, "other");

        Assert.Empty(history.Check([new("kept", ["b"]), new("undecided and kept", ["b"]), new("refused, then kept", [])]));
    }

    [Fact]
    public void A_second_holder_is_found_also_where_only_a_renewal_shows_it()
    {
        Post("one", Outcome.Done);
        Post("two", Outcome.Done);
        Claim("one", "a", 0, 30, "1");
        Claim("one", "b", 29, 59, "2");
        Claim("two", "a", 0, 30, "3");
        Renew("two", "a", 60, "3");
        Claim("two", "b", 31, 61, "4");

        var faults = history.Check([new("one", []), new("two", [])]);

        Assert.Equal(["one is held by b", "two is held by b"], faults.Select(fault => fault[..16]));
    }

    [Fact]
    public void A_task_that_is_given_after_its_ack_is_found()
    {
        Post("one", Outcome.Done);
        Claim("one", "a", 0, 30, "1");
        Ack("one", "a", Outcome.Done, "2");
        Claim("one", "b", 40, 70, "3");

        Assert.Equal("one was given to b after a had acknowledged it", Assert.Single(history.Check([new("one", ["a"])])));
    }

    [Fact]
    public void A_lost_post_and_one_that_is_there_twice_are_found()
    {
        Post("lost", Outcome.Done);
        Post("twice", Outcome.Undecided);

        Assert.Equal(["lost is lost", "twice is stored 2 times"], history.Check([new("twice", []), new("twice", [])]).Order());
    }

    [Fact]
    public void A_lost_ack_and_a_second_one_are_found()
    {
        Post("lost", Outcome.Done);
        Post("twice", Outcome.Done);
        Ack("lost", "a", Outcome.Done, "1");
        Ack("twice", "a", Outcome.Done, "2");
        Ack("twice", "b", Outcome.Done, "3");

        var faults = history.Check([new("lost", []), new("twice", ["a", "b"])]);

        Assert.Equal(
            ["the ack of lost by a is lost", "twice is acknowledged twice: told to a, b; stored for a, b"],
            faults.Order());
    }

    [Fact]
    public void What_was_told_as_not_kept_and_is_there_is_found()
    {
        Post("one", Outcome.Refused);
        Post("two", Outcome.Done);
        Ack("two", "a", Outcome.Refused, "1");

        var faults = history.Check([new("one", []), new("two", ["a"]), new("three", [])]);

        Assert.Equal(
            [
                "one is stored, and its poster was told that nothing was kept",
                "three is stored, and nobody has posted it",
                "two is acknowledged by a, who was told that nothing was kept",
            ],
            faults.Order());
    }

    private void Post(string task, Outcome outcome, string? key = null) => Add(OperationKind.Post, task, key ?? task, "poster", outcome);

    private void Claim(string task, string actor, int from, int until, string key) =>
        Add(OperationKind.Claim, task, key, actor, Outcome.Done, from, until);

    private void Renew(string task, string actor, int until, string key) => Add(OperationKind.Renew, task, key, actor, Outcome.Done, 0, until);

    private void Ack(string task, string actor, Outcome outcome, string key) => Add(OperationKind.Ack, task, key, actor, outcome);

    private void Add(OperationKind kind, string task, string key, string actor, Outcome outcome, int from = 0, int until = 0) =>
        history.Add(new(kind, task, key, actor, outcome, history.Next(), history.Next()) { From = Noon.AddSeconds(from), Until = Noon.AddSeconds(until) });
}
