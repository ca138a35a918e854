using System.Globalization;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>The limits of a key and its use.</summary>
internal sealed class AccountEndpoints(BusOptions options)
{
    private const int DefaultEntries = 100;
    private const int MaxEntries = 500;

    public void AddTo(RouteTable routes)
    {
        routes.Add("GET", Routes.Usage, new ReadEndpoint(Usage));
        routes.Add("GET", Routes.Audit, new ReadEndpoint(Audit));
    }

    private Reply Usage(ApiRequest request, StorageSession storage) => new(200, JsonBody.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("key_id", request.Key.KeyId);
        writer.WriteString("plan", "free");
        writer.WriteStartObject("rate_limit");
        writer.WriteNumber("requests_per_window", options.RateLimit);
        writer.WriteNumber("window_seconds", (int)options.RateLimitWindow.TotalSeconds);
        writer.WriteEndObject();
        writer.WriteString("instance_kind", options.InstanceKind);
        writer.WriteString("note", "Limits are set by the operator of this bus; 0 means none.");
        writer.WriteEndObject();
    }));

    private static Reply Audit(ApiRequest request, StorageSession storage)
    {
        var limit = int.TryParse(request.Query["limit"], CultureInfo.InvariantCulture, out var asked) ? Math.Clamp(asked, 1, MaxEntries) : DefaultEntries;
        var entries = storage.Audit.List(request.Key.KeyId, limit);
        return JsonBody.Reply(200, new AuditTrail(entries, entries.Count), WireJsonContext.Default.AuditTrail);
    }
}
