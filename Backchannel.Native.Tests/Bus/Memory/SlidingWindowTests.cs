using Backchannel.Native.Bus.Memory;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Memory;

public sealed class SlidingWindowTests
{
    [Fact]
    public void A_use_counts_for_one_window()
    {
        var time = new FakeTimeProvider();
        var window = new SlidingWindow(1, TimeSpan.FromSeconds(60), time);
        Assert.True(window.TryTake("a", out _));
        Assert.False(window.TryTake("a", out _));

        time.Advance(TimeSpan.FromSeconds(60));

        Assert.True(window.TryTake("a", out _));
    }

    [Fact]
    public void The_number_of_subjects_has_a_bound_however_many_come()
    {
        var window = new SlidingWindow(1, TimeSpan.FromSeconds(60), new FakeTimeProvider(), mostSubjects: 100);

        var taken = Enumerable.Range(0, 10_000).All(number => window.TryTake($"address {number}", out _));

        Assert.True(taken);
        Assert.InRange(window.Subjects, 1, 100);
    }

    [Fact]
    public void Looking_whether_a_window_is_full_uses_nothing_up()
    {
        var window = new SlidingWindow(1, TimeSpan.FromSeconds(60), new FakeTimeProvider());
        Assert.False(window.IsFull("a"));

        window.TryTake("a", out _);

        Assert.True(window.IsFull("a"));
        Assert.False(window.IsFull("b"));
    }

    [Fact]
    public void Subjects_that_went_quiet_are_forgotten()
    {
        var time = new FakeTimeProvider();
        var window = new SlidingWindow(5, TimeSpan.FromSeconds(60), time);
        for (var i = 0; i < 1000; i++)
        {
            window.TryTake($"address {i}", out _);
        }

        time.Advance(TimeSpan.FromSeconds(60));
        window.TryTake("another", out _);

        Assert.Equal(1, window.Subjects);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(5_000)]
    public void No_window_has_more_uses_than_the_limit_and_the_next_one_as_many_again(int limit)
    {
        var time = new FakeTimeProvider();
        var window = new SlidingWindow(limit, TimeSpan.FromSeconds(60), time);
        var allowed = new List<DateTimeOffset>();
        for (var i = 0; i < 4 * limit; i++)
        {
            if (window.TryTake("a", out _))
            {
                allowed.Add(time.GetUtcNow());
            }

            time.Advance(TimeSpan.FromSeconds(60.0 / (2 * limit)));
        }

        Assert.All(allowed.Zip(allowed.Skip(limit)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromSeconds(60)));
        Assert.InRange(allowed.Count, (2 * limit) - (limit / 500), 2 * limit);
    }
}
