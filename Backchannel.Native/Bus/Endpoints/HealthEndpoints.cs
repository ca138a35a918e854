using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>Whether the bus answers and its database works.</summary>
internal sealed class HealthEndpoints(BusOptions options, BusDatabase database, MintingSwitch minting, TimeProvider timeProvider)
{
    private const string ApiVersion = "1.0";

    public void AddTo(RouteTable routes) => routes.Add("GET", Routes.Health, new AsyncEndpoint(ShowAsync, NeedsKey: false));

    private Task<Reply> ShowAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        database.Read(storage => storage.Connection.QueryInteger("SELECT 1"));
        var latency = Math.Round(timeProvider.GetElapsedTime(start).TotalMilliseconds, 3);
        var health = new Health("ok", latency, ApiVersion, options.InstanceKind, minting.IsOpen, request.BaseUrl + "/docs/reliability.md");
        return Task.FromResult(JsonBody.Reply(200, health, WireJsonContext.Default.Health) with { Additions = Additions.All });
    }
}
