using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Waiting;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Waiting;

/// <summary>A claim that finds nothing notes a mark. Where it has changed by the time that it stands in the line, another process was quicker than its way there.</summary>
public sealed class ClaimQueueTests
{
    private readonly ClaimQueue queue = new(new FakeTimeProvider());

    [Fact]
    public void The_mark_of_channels_changes_with_each_change_of_one_of_them_that_another_process_made()
    {
        List<long> marks = [Mark()];
        foreach (var change in (Change[])[Change.OfWork(1), Change.OfRules(2), Change.DeletionOf(1), Change.OfEverything])
        {
            queue.NoticeElsewhere(change);
            marks.Add(Mark());
        }

        Assert.Equal(marks.Distinct().Order(), marks);
    }

    [Fact]
    public void The_mark_of_channels_stays_with_a_change_of_another_and_with_what_gives_nobody_a_task()
    {
        var before = Mark();

        queue.NoticeElsewhere(Change.OfWork(3));
        queue.NoticeElsewhere(Change.OfChannel(1));
        queue.NoticeElsewhere(Change.OfMessage(1));
        queue.Notice(Change.OfWork(1));

        Assert.Equal(before, Mark());
    }

    [Fact]
    public void The_mark_grows_on_when_very_many_channels_have_changed()
    {
        queue.NoticeElsewhere(Change.OfWork(1));
        for (var channel = 10L; channel < 30_000; channel++)
        {
            queue.NoticeElsewhere(Change.OfWork(channel));
        }

        var before = Mark();
        queue.NoticeElsewhere(Change.OfWork(1));

        Assert.True(Mark() > before);
    }

    private long Mark() => queue.Mark([1, 2]);
}
