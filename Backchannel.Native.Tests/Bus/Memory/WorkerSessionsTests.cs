using Backchannel.Native.Bus.Memory;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Memory;

public sealed class WorkerSessionsTests
{
    private static readonly TimeSpan JustLess = WorkerSessions.Grace - TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(1);

    private readonly FakeTimeProvider time = new();
    private readonly WorkerSessions sessions;

    public WorkerSessionsTests() => sessions = new WorkerSessions(time);

    [Fact]
    public void After_a_start_every_session_has_its_time_to_come_back()
    {
        time.Advance(JustLess);
        var before = sessions.IsLiving("any");
        time.Advance(Rest);

        Assert.Equal((true, false), (before, sessions.IsLiving("any")));
    }

    [Fact]
    public void A_sign_of_life_lasts_for_a_while()
    {
        time.Advance(WorkerSessions.Grace);
        sessions.Saw("one");
        time.Advance(JustLess);
        var before = sessions.IsLiving("one");
        time.Advance(Rest);

        Assert.Equal((true, false), (before, sessions.IsLiving("one")));
    }

    [Fact]
    public void A_session_lives_while_one_of_its_requests_is_open_and_a_while_longer()
    {
        using var first = sessions.Enter("one");
        var second = sessions.Enter("one");
        time.Advance(WorkerSessions.Grace * 10);
        second.Dispose();
        second.Dispose();
        time.Advance(WorkerSessions.Grace);
        var withOne = sessions.IsLiving("one");
        first.Dispose();
        time.Advance(JustLess);
        var before = sessions.IsLiving("one");
        time.Advance(Rest);

        Assert.Equal((true, true, false), (withOne, before, sessions.IsLiving("one")));
    }

    [Fact]
    public void When_signs_may_have_been_missed_every_session_has_its_time_also_one_that_was_known_here_before()
    {
        sessions.Saw("one");
        time.Advance(WorkerSessions.Grace * 2);
        var gone = sessions.IsLiving("one");
        sessions.Hear(Change.OfEverything);
        var before = sessions.IsLiving("one");
        time.Advance(WorkerSessions.Grace);

        Assert.Equal((false, true, false), (gone, before, sessions.IsLiving("one")));
    }

    [Fact]
    public void News_of_a_session_that_is_not_known_here_wait_for_it_for_a_while()
    {
        var (one, two) = ("00000000000000a1", "00000000000000a2");
        sessions.Hear(new Change(ChangeKind.SessionTaskEnded, WorkerSessions.Number(one)));
        sessions.Hear(new Change(ChangeKind.SessionTaskNoted, WorkerSessions.Number(two)));
        using var first = sessions.Listen(one);
        using var again = sessions.Listen(one);
        time.Advance(WorkerSessions.Grace + WorkerSessions.SignInterval);
        using var late = sessions.Listen(two);

        Assert.Equal((true, false, false), (first.News.IsCompleted, again.News.IsCompleted, late.News.IsCompleted));
    }

    [Fact]
    public void News_wait_for_a_request_that_listens()
    {
        using var other = sessions.Enter("one");
        sessions.Tell("one", StatusAnswer.TaskEnded);
        using var first = sessions.Listen("one");
        using var second = sessions.Listen("one");
        var before = second.News.IsCompleted;
        sessions.Tell("one", StatusAnswer.TaskEnded);

        Assert.Equal((true, false, true), (first.News.IsCompleted, before, second.News.IsCompleted));
    }

    [Fact]
    public void What_does_not_live_on_is_gone_from_the_start()
    {
        sessions.Saw(WorkerSessions.Detached);

        Assert.False(sessions.IsLiving(WorkerSessions.Detached));
    }

    [Fact]
    public void Of_very_many_sessions_those_that_live_are_kept()
    {
        using var open = sessions.Enter("open");
        for (var i = 0; i < 5000; i++)
        {
            sessions.Saw($"session {i}");
            time.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.True(sessions.IsLiving("open"));
        Assert.True(sessions.IsLiving("session 4999"));
        Assert.False(sessions.IsLiving("session 1"));
    }
}
