using Backchannel.Native.Bus.Memory;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>A request that a session with tasks keeps open: while it waits, the session lives.</summary>
/// <param name="stopping">Ends all of these requests when the bus stops.</param>
/// <param name="requests">The rate limit of the keys. A request that waited is given back to it; one that ends at once counts like any other.</param>
internal sealed class PresenceEndpoints(WorkerSessions sessions, SlidingWindow requests, TimeProvider timeProvider, CancellationToken stopping)
{
    /// <summary>Shorter than the idle timeout of common proxies.</summary>
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(45);

    public void AddTo(RouteTable routes) =>
        routes.Add("POST", Routes.Presence, new AsyncEndpoint(StayAsync, NeedsKey: true));

    private async Task<Reply> StayAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using var present = sessions.Listen(SessionSecret.Require(request.Fields));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        await WaitAsync(SlidingWindow.FreeAfter);
        if (!ending.IsCancellationRequested && !present.News.IsCompleted)
        {
            requests.GiveBack(request.Key.KeyId);
            await WaitAsync(Length - SlidingWindow.FreeAfter);
        }

        cancellationToken.ThrowIfCancellationRequested();
        var status = present.News.IsCompleted ? await present.News : StatusAnswer.Present;
        return JsonBody.Reply(200, new StatusAnswer(status), WireJsonContext.Default.StatusAnswer);

        async Task WaitAsync(TimeSpan length) =>
            await ((Task)present.News).WaitAsync(length, timeProvider, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
