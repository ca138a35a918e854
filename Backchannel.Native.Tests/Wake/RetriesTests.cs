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
                retries.Note([One], mayHaveArrived: true);
            }

            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([0, 10, 40], tries);
    }

    [Fact]
    public void What_has_not_arrived_is_tried_further_after_pauses_that_grow_to_a_quarter_of_an_hour()
    {
        var retries = new Retries(time);
        List<int> tries = [];
        for (var second = 0; second < 5000; second++)
        {
            if (retries.Due([One]).Count > 0)
            {
                tries.Add(second);
                retries.Note([One], mayHaveArrived: false);
            }

            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([0, 10, 40, 130, 400, 1210, 2110, 3010, 3910, 4810], tries);
    }

    [Fact]
    public void Another_event_is_tried_at_once()
    {
        var retries = new Retries(time);
        retries.Note([One], mayHaveArrived: true);

        Assert.Equal("b", Assert.Single(retries.Due([One, WakeEvent.Over("b", 1)])).Id);
    }
}
