using Backchannel.Native.Wake;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Wake;

public sealed class RetriesTests
{
    private static readonly WakeEvent One = WakeEvent.Over("a", 1);

    private readonly FakeTimeProvider time = new();

    [Fact]
    public void An_event_that_failed_is_tried_three_times_with_a_pause_that_grows()
    {
        var retries = new Retries(time);
        List<int> tries = [];
        for (var second = 0; second < 1000; second++)
        {
            if (retries.Due([One]).Count > 0)
            {
                tries.Add(second);
                retries.Note([One]);
            }

            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([0, 10, 40], tries);
    }

    [Fact]
    public void Another_event_is_tried_at_once()
    {
        var retries = new Retries(time);
        retries.Note([One]);

        Assert.Equal("b", Assert.Single(retries.Due([One, WakeEvent.Over("b", 1)])).Id);
    }
}
