using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Tests.Bus.Storage;

public sealed class StallWatchTests
{
    private readonly StillTime machine = new();

    [Fact]
    public void A_pause_between_two_beats_that_is_longer_than_the_limit_is_told_once()
    {
        using var watch = new StallWatch(machine, TimeSpan.FromSeconds(5));

        machine.Pass(5);
        machine.Beat();
        machine.Pass(5);
        var brief = watch.TakeStall();
        machine.Pass(6);
        machine.Beat();
        machine.Beat();

        Assert.False(brief);
        Assert.True(watch.TakeStall());
        Assert.False(watch.TakeStall());
    }

    [Fact]
    public void A_pause_is_told_before_its_end_was_noticed_by_a_beat()
    {
        using var watch = new StallWatch(machine, TimeSpan.FromSeconds(5));

        machine.Pass(6);

        Assert.True(watch.TakeStall());
    }

    [Fact]
    public void Without_a_limit_no_pause_is_one()
    {
        using var watch = new StallWatch(machine, TimeSpan.Zero);
        var start = watch.Now;

        machine.Pass(1_000_000);

        Assert.False(watch.TakeStall() || watch.Took(start));
    }
}
