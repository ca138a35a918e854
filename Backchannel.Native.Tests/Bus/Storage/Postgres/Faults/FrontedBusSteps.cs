using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Storage.Postgres.Faults;

/// <summary>What tests of faults wait for.</summary>
internal static class FrontedBusSteps
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Sends a request again while the answer is 503 (nothing was kept) or 504 (not known).</summary>
    /// <returns>The answer, which is a 2xx.</returns>
    public static async Task<BusAnswer> RepeatAsync(this FrontedBus bus, Func<Task<BusAnswer>> send)
    {
        var deadline = Deadline.Token();
        BusAnswer answer;
        while ((answer = await send()).Status is 503 or 504)
        {
            Assert.False(deadline.IsCancellationRequested, $"{answer.Body}\n{string.Join('\n', bus.Bus.Log)}");
            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }

        Assert.True(answer.Status is 200 or 201, answer.Body);
        return answer;
    }

    /// <summary>Posts, and is refused.</summary>
    public static async Task<BusAnswer> RefusedAsync(this FrontedBus bus)
    {
        var answer = await bus.PostAsync("refused");
        Assert.Equal(503, answer.Status);
        return answer;
    }

    public static async Task UntilLoggedAsync(this FrontedBus bus, string kind)
    {
        var deadline = Deadline.Token();
        while (bus.Logged(kind).Count == 0)
        {
            Assert.False(deadline.IsCancellationRequested, $"no {kind}\n{string.Join('\n', bus.Bus.Log)}");
            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
    }
}
