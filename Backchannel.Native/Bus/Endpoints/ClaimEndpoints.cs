using Backchannel.Native.Bus.Http;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>Claims, leases, releases and acks.</summary>
internal sealed class ClaimEndpoints(BusOptions options, ResultChannels results)
{
    public void AddTo(RouteTable routes)
    {
        routes.Add("POST", "/v1/messages/{message}/claim", new WriteEndpoint(Claim) { Scope = Scopes.MessagesClaim });
        routes.Add("POST", "/v1/messages/{message}/claim-with-lease", new WriteEndpoint(ClaimWithLease));
        routes.Add("POST", "/v1/messages/{message}/release", new WriteEndpoint(Release));
        routes.Add("POST", "/v1/messages/{message}/ack", new WriteEndpoint(Acknowledge));
        routes.Add("POST", "/v1/leases/{token}/heartbeat", new WriteEndpoint(Renew));
    }

    /// <summary>The answer to a claim, release or ack: the message as it is now.</summary>
    public static Reply Outcome(WriteContext context, string status, MessageRecord message, ChannelRecord channel, string? resultChannel = null) =>
        JsonBody.Reply(200, new ClaimOutcome(status, Current(context, message, channel), resultChannel), WireJsonContext.Default.ClaimOutcome);

    private static Func<WriteContext, Reply> Claim(ApiRequest request)
    {
        var fields = ClaimFields.Read(request.Fields);
        return context =>
        {
            var (message, channel) = Claiming.RequireMessage(context, request.Key, request.Route.First, claimable: true);
            var (status, deliveries) = Claiming.Claim(context, request.Key, message, fields);
            return Outcome(context, status, message, channel) with { Deliveries = deliveries };
        };
    }

    private static Func<WriteContext, Reply> ClaimWithLease(ApiRequest request)
    {
        var fields = ClaimFields.Read(request.Fields);
        var seconds = ClaimFields.LeaseSeconds(request.Fields);
        return context =>
        {
            var (message, channel) = Claiming.RequireMessage(context, request.Key, request.Route.First, claimable: true);
            var (token, expiresAt, deliveries) = Claiming.ClaimWithLease(context, request.Key, message, fields, seconds);
            return JsonBody.Reply(
                200,
                new LeasedMessage(token, Instant.ToText(expiresAt), Current(context, message, channel)),
                WireJsonContext.Default.LeasedMessage) with { Deliveries = deliveries };
        };
    }

    private static Func<WriteContext, Reply> Release(ApiRequest request)
    {
        var fields = ClaimFields.Read(request.Fields);
        return context =>
        {
            var (message, channel) = Claiming.RequireMessage(context, request.Key, request.Route.First, claimable: true);
            Claiming.Release(context, request.Key, message, fields);
            return Outcome(context, ClaimStatus.Released, message, channel);
        };
    }

    private Func<WriteContext, Reply> Acknowledge(ApiRequest request)
    {
        var fields = ClaimFields.Read(request.Fields);
        var leaseToken = request.Fields.OptionalString("lease_token");
        var result = request.Fields.Has("result") && !request.Fields.IsNull("result")
            ? new MessagePosting(MessagePosting.ReadContent(request.Fields, "result", options.MaxMessageBytes), fields.Metadata, null, null, null)
            : null;
        return context =>
        {
            var (message, channel) = Claiming.RequireMessage(context, request.Key, request.Route.First, claimable: false);
            Claiming.RequireLease(context, request.Key, message, fields, leaseToken);
            var (actor, isNew) = Claiming.Acknowledge(context, request.Key, message, fields);
            var published = result is null ? null : results.Publish(context, request.Key, message.Id, result, actor, isNew);
            return Outcome(context, isNew ? ClaimStatus.Acknowledged : ClaimStatus.AlreadyAcknowledged, message, channel, published);
        };
    }

    private static Func<WriteContext, Reply> Renew(ApiRequest request)
    {
        var seconds = ClaimFields.LeaseSeconds(request.Fields);
        return context =>
        {
            var expiresAt = context.Now + (seconds * Instant.PerSecond);
            return context.Storage.Messages.Renew(request.Route.First, expiresAt, context.Now)
                ? JsonBody.Reply(200, new Lease(request.Route.First, Instant.ToText(expiresAt)), WireJsonContext.Default.Lease)
                : throw Refusal.LeaseExpired();
        };
    }

    private static Message Current(WriteContext context, MessageRecord message, ChannelRecord channel) =>
        context.Storage.Messages.Find(message.Id)!.ToWire(context.Storage, channel.Id, context.Now);
}
