using System.Text;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Telemetry;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>Metrics for the operator, and the use and audit log of a key.</summary>
internal sealed class ObservabilityEndpoints(BusOptions options, BusDatabase database, BusMetrics metrics, TimeProvider timeProvider)
{
    public void AddTo(RouteTable routes)
    {
        routes.Add("GET", Routes.Metrics, new AsyncEndpoint((_, _) => MetricsAsync(), NeedsKey: false));
        routes.Add("GET", Routes.Status, new AsyncEndpoint((request, _) => Task.FromResult(Status(request)), NeedsKey: false));
        routes.Add("GET", Routes.Totals, new ReadEndpoint(Totals));
    }

    private async Task<Reply> MetricsAsync() =>
        new(200, Encoding.UTF8.GetBytes(PrometheusText.Of(await metrics.ReadAsync()))) { ContentType = PrometheusText.ContentType };

    private Reply Status(ApiRequest request) => new(200, JsonBody.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("status", database.IsWritable ? "operational" : "unavailable");
        writer.WriteString("version", options.Version);
        writer.WriteString("instance_kind", options.InstanceKind);
        writer.WriteString("updated_at", Timestamp.ToText(timeProvider.GetUtcNow()));
        writer.WriteString("availability", database.State.Fault.IsCompleted
            ? "Every other request is answered 503: its database is damaged, or its files are gone. Its operator has to mend that."
            : !database.IsWritable
                ? "Writes are answered 503: its database does not take them at the moment. It goes on by itself when the database does."
                : "As its operator runs it; a 2xx is on the disk when it is sent.");
        writer.WriteString("health_url", request.BaseUrl + Routes.Health);
        writer.WriteString("self_host_url", request.BaseUrl + TextPaths.SelfHosting);
        writer.WriteEndObject();
    }));

    private Reply Totals(ApiRequest request, StorageSession storage)
    {
        var now = Instant.Now(timeProvider);
        var (channels, messages, claimed) = storage.Channels.Totals(request.Key.OwnerId, now);
        var sessions = storage.Sessions.Count(request.Key.KeyId, now);
        return JsonBody.Reply(200, new KeyTotals(request.Key.KeyId, channels, messages, claimed, sessions), WireJsonContext.Default.KeyTotals);
    }
}
