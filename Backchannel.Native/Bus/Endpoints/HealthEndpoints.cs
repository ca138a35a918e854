using System.Text;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>Whether the bus answers and its database works.</summary>
/// <param name="stopping">Fires when the bus stops: it is not ready any more.</param>
internal sealed class HealthEndpoints(BusOptions options, BusDatabase database, TimeProvider timeProvider, CancellationToken stopping)
{
    private const string ApiVersion = "1.0";

    public void AddTo(RouteTable routes)
    {
        routes.Add("GET", Routes.Health, new AsyncEndpoint(ShowAsync, NeedsKey: false));
        routes.Add("GET", Routes.Live, new AsyncEndpoint(static (_, _) => Task.FromResult(Text("live")), NeedsKey: false));
        routes.Add("GET", Routes.Ready, new AsyncEndpoint(IsReadyAsync, NeedsKey: false));
    }

    private async Task<Reply> ShowAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        var isMintingOpen = await database.ReadAsync(static storage => storage.Settings.IsMintingOpen());
        var latency = Math.Round(timeProvider.GetElapsedTime(start).TotalMilliseconds, 3);
        var health = new Health("ok", latency, ApiVersion, options.InstanceKind, isMintingOpen, request.BaseUrl + "/docs/reliability.md");
        return JsonBody.Reply(200, health, WireJsonContext.Default.Health) with { Additions = Additions.All, Database = database.Description };
    }

    /// <summary>Takes the writer's turn and gives it back.</summary>
    private async Task<Reply> IsReadyAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (stopping.IsCancellationRequested)
        {
            throw new ApiException(503, ErrorCodes.StorageUnavailable, "The bus is stopping.");
        }

        await database.Writes.RunAsync(static _ => true);
        return Text("ready") with { Database = database.Description };
    }

    private static Reply Text(string text) => new(200, Encoding.UTF8.GetBytes(text + "\n")) { ContentType = "text/plain; charset=utf-8" };
}
