using Backchannel.Native.Bus.Connections;

namespace Backchannel.Native.Tests.Bus.Connections;

public sealed class OpenConnectionsTests
{
    [Fact]
    public async Task Idleness_is_measured_in_time_that_passes_and_not_by_a_clock_that_is_set()
    {
        var time = new SignallingTimeProvider();
        var connections = new OpenConnections(time);
        time.Set(TimeSpan.FromDays(1));

        var idle = connections.WaitUntilIdleAsync(TimeSpan.FromMinutes(15), CancellationToken.None);
        var wasIdleAtOnce = idle.IsCompleted;
        time.Set(TimeSpan.FromDays(-2));
        time.Advance(TimeSpan.FromMinutes(15));
        await idle.WaitAsync(Deadline.Token());

        Assert.False(wasIdleAtOnce);
    }
}
