using System.Collections.Concurrent;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Storage;

[Trait(TestDatabase.Trait, TestDatabase.Both)]
public sealed class WriteQueueTests : IDisposable
{
    private readonly TestDatabase home = new();
    private readonly SignallingTimeProvider time = new();
    private readonly ConcurrentQueue<long> announced = [];
    private readonly BusDatabase database;
    private Action<Change> onAnnounced = static _ => { };

    public WriteQueueTests()
    {
        database = BusDatabase.Open(home.Path, time, change =>
        {
            // Of another process there may have been announcements before this one listened.
            if (change.Kind != ChangeKind.Everything)
            {
                announced.Enqueue(change.Number);
                onAnnounced(change);
            }
        });
    }

    private WriteQueue Writes => database.Writes;

    [SqliteFact]
    public void A_write_that_comes_alone_is_done_on_its_callers_thread_when_the_call_returns()
    {
        var thread = 0;

        var write = Writes.RunAsync(_ => thread = Environment.CurrentManagedThreadId);

        Assert.True(write.IsCompletedSuccessfully);
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    }

    [SqliteFact]
    public async Task A_slow_write_holds_up_no_caller_but_its_own()
    {
        using var slow = new HeldWrite(Writes);

        var others = Enumerable.Range(0, 20).Select(_ => Writes.RunAsync(_ => Environment.CurrentManagedThreadId)).ToList();

        Assert.All(others, other => Assert.False(other.IsCompleted));
        var threads = await slow.ReleaseAsync(others);
        Assert.NotEqual(slow.Thread, Assert.Single(threads.Distinct()));
    }

    [SqliteFact]
    public async Task After_writes_in_numbers_the_queues_thread_takes_over_until_one_comes_alone()
    {
        var own = Environment.CurrentManagedThreadId;
        using (var slow = new HeldWrite(Writes))
        {
            await slow.ReleaseAsync(Enumerable.Range(0, 5).Select(_ => Writes.RunAsync(_ => true)).ToList());
        }

        // The thread's turn has to be over before these come, each alone.
        var next = await Writes.RunAsync(_ => Environment.CurrentManagedThreadId).Within();
        var threads = new List<int>();
        for (var i = 0; i < 100 && !threads.Contains(Environment.CurrentManagedThreadId); i++)
        {
            threads.Add(await Writes.RunAsync(_ => Environment.CurrentManagedThreadId).Within());
        }

        Assert.NotEqual(own, next);
        Assert.Contains(Environment.CurrentManagedThreadId, threads);
    }

    [SqliteFact]
    public async Task After_a_slow_write_no_caller_waits_for_the_disk_until_one_is_fast_again()
    {
        await Writes.RunAsync(_ => { time.Advance(TimeSpan.FromMilliseconds(6)); return true; });

        var next = await Writes.RunAsync(_ => Environment.CurrentManagedThreadId).Within();
        var threads = new List<int>();
        for (var i = 0; i < 100 && !threads.Contains(Environment.CurrentManagedThreadId); i++)
        {
            threads.Add(await Writes.RunAsync(_ => Environment.CurrentManagedThreadId).Within());
        }

        Assert.NotEqual(Environment.CurrentManagedThreadId, next);
        Assert.Contains(Environment.CurrentManagedThreadId, threads);
    }

    [Fact]
    public async Task Writes_that_wait_are_committed_together()
    {
        using var slow = new HeldWrite(Writes);
        var first = Writes.RunAsync(_ => true);
        var second = Writes.RunAsync(_ => first.IsCompleted);
        var third = Writes.RunAsync(_ => first.IsCompleted || second.IsCompleted);

        Assert.Equal([true, false, false], await slow.ReleaseAsync([first, second, third]));
    }

    [SqliteFact]
    public async Task A_refusal_among_others_fails_its_own_write_and_makes_none_run_again()
    {
        using var slow = new HeldWrite(Writes);
        var runs = new int[3];
        var before = Writes.RunAsync(context => Add(context, "before", ref runs[0]));
        var refused = Writes.RunAsync<bool>(_ =>
        {
            runs[1]++;
            throw new ApiException(409, "conflict", "no");
        });
        var after = Writes.RunAsync(context => Add(context, "after", ref runs[2]));

        Assert.Equal([true, true], await slow.ReleaseAsync([before, after]));
        Assert.Equal("no", (await Assert.ThrowsAsync<ApiException>(() => refused)).Message);
        Assert.Equal([1, 1, 1], runs.ToList());
        Assert.Equal(["after", "before"], await KeptAsync("before", "after"));
    }

    [SqliteFact]
    public async Task A_failure_among_others_fails_its_own_write_and_the_others_run_again_alone()
    {
        using var slow = new HeldWrite(Writes);
        var runs = new int[3];
        var before = Writes.RunAsync(context => Add(context, "before", ref runs[0]));
        var failing = Writes.RunAsync<bool>(context =>
        {
            Add(context, "failing", ref runs[1]);
            throw new InvalidOperationException("broken");
        });
        var after = Writes.RunAsync(context => Add(context, "after", ref runs[2]));

        Assert.Equal([true, true], await slow.ReleaseAsync([before, after]));
        Assert.Equal("broken", (await Assert.ThrowsAsync<InvalidOperationException>(() => failing)).Message);
        Assert.Equal(["after", "before"], await KeptAsync("before", "failing", "after"));
        Assert.Equal([2, 2, 1], runs.ToList());
    }

    [SqliteFact]
    public async Task When_a_commit_fails_nothing_was_told_as_done_and_each_write_runs_again_alone()
    {
        using var slow = new HeldWrite(Writes);
        var runs = new int[3];
        var told = new List<bool>();
        Task<bool>? first = null;
        first = Writes.RunAsync(context =>
        {
            told.Add(first!.IsCompleted);
            context.Changed(Change.OfChannel(1));
            return Add(context, "first", ref runs[0]);
        });
        var failing = Writes.RunAsync(context => FailAtCommit(context, ref runs[1]));
        var last = Writes.RunAsync(context =>
        {
            told.Add(first.IsCompleted);
            return Add(context, "last", ref runs[2]);
        });

        Assert.Equal([true, true], await slow.ReleaseAsync([first, last]));
        await Assert.ThrowsAsync<StorageException>(() => failing);
        Assert.Equal([2, 2, 2], runs.ToList());
        Assert.Equal([false, false, false, true], told);
        Assert.Equal([1L], announced);
        Assert.Equal(["first", "last"], await KeptAsync("first", "last", "orphan"));
    }

    [SqliteFact]
    public async Task A_lone_write_whose_commit_fails_leaves_nothing_and_the_next_one_goes_on()
    {
        var runs = 0;

        await Assert.ThrowsAsync<StorageException>(() => Writes.RunAsync(context => FailAtCommit(context, ref runs)));
        await Writes.RunAsync(context => Add(context, "next", ref runs));

        Assert.Equal(2, runs);
        Assert.Equal(["next"], await KeptAsync("next", "orphan"));
    }

    [Fact]
    public async Task A_stop_finishes_the_writes_that_wait_and_takes_no_more()
    {
        using var slow = new HeldWrite(Writes);
        var waiting = Enumerable.Range(0, 3).Select(_ => Writes.RunAsync(_ => true)).ToList();

        var stop = await BeginStopAsync();
        Assert.False(stop.IsCompleted);

        Assert.Equal([true, true, true], await slow.ReleaseAsync(waiting));
        await stop.Within();
    }

    [SqliteFact]
    public async Task A_stop_waits_for_a_write_on_its_callers_thread()
    {
        using var slow = new HeldWrite(Writes);

        var stop = await BeginStopAsync();
        Assert.False(stop.IsCompleted);

        await slow.ReleaseAsync<bool>([]);
        await stop.Within();
    }

    [SqliteFact]
    public async Task A_write_handed_in_by_a_running_write_follows_it()
    {
        var order = new List<string>();
        Task<bool>? inner = null;
        Task<bool>? afterCommit = null;

        await Writes.RunAsync(context =>
        {
            inner = Writes.RunAsync(_ => Note("inner"));
            context.AfterCommit(() => afterCommit = Writes.RunAsync(_ => Note("after commit")));
            return Note("outer");
        });

        Assert.True(await inner!.Within());
        Assert.True(await afterCommit!.Within());
        Assert.Equal(["outer", "inner", "after commit"], order);

        bool Note(string name)
        {
            order.Add(name);
            return true;
        }
    }

    [SqliteFact]
    public async Task Writes_are_answered_and_announced_in_the_order_in_which_they_came()
    {
        using var slow = new HeldWrite(Writes);
        var writes = new List<Task<long>>();
        var answered = new List<int>();
        onAnnounced = _ => answered.Add(writes.Count(write => write.IsCompleted));
        for (var i = 1L; i <= 5; i++)
        {
            var number = i;
            writes.Add(Writes.RunAsync(context =>
            {
                context.Changed(Change.OfChannel(number));
                return number;
            }));
        }

        await slow.ReleaseAsync(writes);
        await Writes.RunAsync(_ => true);

        Assert.Equal([1L, 2L, 3L, 4L, 5L], announced);
        Assert.Equal([1, 2, 3, 4, 5], answered);
    }

    [Fact]
    public async Task Many_threads_write_one_at_a_time_and_lose_nothing()
    {
        const int Threads = 8;
        const int PerThread = 200;
        var inside = 0;
        var most = 0;
        var before = Writes.Count;

        var times = await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(async () =>
        {
            var own = new List<long>();
            for (var i = 0; i < PerThread; i++)
            {
                own.Add(await Writes.RunAsync(context =>
                {
                    most = Math.Max(most, Interlocked.Increment(ref inside));
                    var unique = context.NextUniqueTime();
                    Interlocked.Decrement(ref inside);
                    return unique;
                }));
            }

            return own;
        }))).Within();

        Assert.Equal(1, most);
        Assert.All(times, own => Assert.Equal(own.Order(), own));
        Assert.Equal(Threads * PerThread, times.SelectMany(own => own).Distinct().Count());
        Assert.Equal(Threads * PerThread, Writes.Count - before);
    }

    [SqliteFact]
    public async Task A_clock_that_was_set_is_put_right_once_by_the_next_write_that_is_kept()
    {
        var runs = 0;
        await Writes.RunAsync(_ => true);

        time.Set(TimeSpan.FromHours(1));
        Assert.True(Writes.ClockWasSet);
        await Assert.ThrowsAsync<StorageException>(() => Writes.RunAsync(context => FailAtCommit(context, ref runs)));
        Assert.True(Writes.ClockWasSet);
        await Writes.RunAsync(_ => true);

        Assert.False(Writes.ClockWasSet);
    }

    public void Dispose()
    {
        database.Dispose();
        home.Dispose();
    }

    private static bool Add(WriteContext context, string keyId, ref int runs)
    {
        runs++;
        context.Storage.Keys.Add(new ApiKeyRecord(keyId, [1], keyId, true, null), context.Now);
        return true;
    }

    /// <summary>Breaks a rule that SQLite checks at the commit.</summary>
    private static bool FailAtCommit(WriteContext context, ref int runs)
    {
        context.Storage.Connection.Execute(
            """
            CREATE TABLE parent (number INTEGER PRIMARY KEY);
            CREATE TABLE child (parent INTEGER REFERENCES parent (number) DEFERRABLE INITIALLY DEFERRED);
            INSERT INTO child (parent) VALUES (1);
            """);
        return Add(context, "orphan", ref runs);
    }

    /// <summary>Stops the queue and returns when it takes no more writes.</summary>
    private async Task<Task> BeginStopAsync()
    {
        var stop = Task.Run(Writes.Dispose);
        while (Record.Exception(() => { _ = Writes.RunAsync(_ => true); }) is not ObjectDisposedException)
        {
            await Task.Yield();
        }

        return stop;
    }

    private async Task<List<string>> KeptAsync(params string[] keyIds) =>
        await database.ReadAsync(storage => keyIds.Where(keyId => storage.Keys.Find(keyId) is not null).Order(StringComparer.Ordinal).ToList());
}
