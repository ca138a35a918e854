using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>Whether the bus answers and its database works.</summary>
internal sealed class HealthEndpoints(BusOptions options, BusDatabase database, TimeProvider timeProvider)
{
    private const string ApiVersion = "1.0";

    public void AddTo(RouteTable routes) => routes.Add("GET", Routes.Health, new AsyncEndpoint(ShowAsync, NeedsKey: false));

    private async Task<Reply> ShowAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        var isMintingOpen = await database.ReadAsync(static storage => storage.Settings.IsMintingOpen());
        var latency = Math.Round(timeProvider.GetElapsedTime(start).TotalMilliseconds, 3);
        var health = new Health("ok", latency, ApiVersion, options.InstanceKind, isMintingOpen, request.BaseUrl + "/docs/reliability.md");
        return JsonBody.Reply(200, health, WireJsonContext.Default.Health) with { Additions = Additions.All };
    }
}
