using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>Held open by a session that holds tasks: while it hangs, the session lives.</summary>
/// <param name="stopping">Ends all of them, so that none holds up the end of the bus.</param>
/// <param name="requests">The rates of the keys: one that hangs takes no place of it, one that ends at once is a request like others.</param>
internal sealed class PresenceEndpoints(WorkerSessions sessions, SlidingWindow requests, TimeProvider timeProvider, CancellationToken stopping)
{
    /// <summary>Shorter than what proxies usually let a silent request live.</summary>
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(45);

    /// <summary>From when on it takes no place any more.</summary>
    private static readonly TimeSpan Counted = TimeSpan.FromSeconds(1);

    public void AddTo(RouteTable routes) =>
        routes.Add("POST", "/v1/presence", new AsyncEndpoint(StayAsync, NeedsKey: true));

    private async Task<Reply> StayAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using var present = sessions.Enter(SessionSecret.Require(request.Fields));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        await Task.Delay(Counted, timeProvider, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!ending.IsCancellationRequested)
        {
            requests.GiveBack(request.Key.KeyId);
            await Task.Delay(Length - Counted, timeProvider, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return JsonBody.Reply(200, new StatusAnswer("present"), WireJsonContext.Default.StatusAnswer);
    }
}
