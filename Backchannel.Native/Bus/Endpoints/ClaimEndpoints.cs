using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>Claims, leases, releases, acks and take-overs.</summary>
internal sealed class ClaimEndpoints(BusOptions options, Acknowledging acknowledging, HolderRules holders)
{
    public void AddTo(RouteTable routes)
    {
        routes.Add("POST", RouteTemplates.Claim, new WriteEndpoint(Claim) { Scope = Scopes.MessagesClaim });
        routes.Add("POST", RouteTemplates.ClaimWithLease, new WriteEndpoint(ClaimWithLease));
        routes.Add("POST", RouteTemplates.TakeOver, new WriteEndpoint(TakeOver));
        routes.Add("POST", RouteTemplates.Release, new WriteEndpoint(Release));
        routes.Add("POST", RouteTemplates.Ack, new WriteEndpoint(Acknowledge));
        routes.Add("POST", RouteTemplates.Heartbeat, new WriteEndpoint(Renew));
    }

    /// <summary>The answer to a claim, release or ack: the message as it is now.</summary>
    public static Reply Outcome(WriteContext context, string status, MessageRecord message, ChannelRecord channel, string? resultChannel = null) =>
        JsonBody.Reply(200, new ClaimOutcome(status, Current(context, message, channel), resultChannel), WireJsonContext.Default.ClaimOutcome);

    private Func<WriteContext, Reply> Claim(ApiRequest request)
    {
        var fields = ClaimFields.Read(request.Fields);
        return context =>
        {
            var (message, channel) = Claiming.RequireMessage(context, request.Key, request.Route.First, claimable: true);
            holders.RequireClaim(context, message, fields);
            var (status, deliveries) = Claiming.Claim(context, request.Key, message, fields);
            holders.Took(fields);
            return Outcome(context, status, message, channel) with { Deliveries = deliveries };
        };
    }

    private Func<WriteContext, Reply> ClaimWithLease(ApiRequest request)
    {
        var fields = ClaimFields.Read(request.Fields);
        var seconds = ClaimFields.LeaseSeconds(request.Fields);
        return context =>
        {
            var (message, channel) = Claiming.RequireMessage(context, request.Key, request.Route.First, claimable: true);
            holders.RequireClaim(context, message, fields);
            var lease = Claiming.ClaimWithLease(context, request.Key, message, fields, seconds);
            return Leased(context, message, channel, fields, lease);
        };
    }

    /// <summary>Claims a task whose session has ended. It has a path of its own: a bus without it answers 404 instead of claiming.</summary>
    private Func<WriteContext, Reply> TakeOver(ApiRequest request)
    {
        SessionSecret.Require(request.Fields);
        var fields = ClaimFields.Read(request.Fields);
        var seconds = ClaimFields.LeaseSeconds(request.Fields);
        return context =>
        {
            var (message, channel) = Claiming.RequireMessage(context, request.Key, request.Route.First, claimable: true);
            TaskRules.RequireClaimable(message);
            holders.RequireTakeOver(context, request.Key, message, fields);
            Claiming.EndTakenOver(context, message);
            var lease = Claiming.TakeWithLease(context, request.Key, message, fields, seconds);
            return Leased(context, message, channel, fields, lease);
        };
    }

    private Reply Leased(
        WriteContext context, MessageRecord message, ChannelRecord channel, ClaimFields fields, (string Token, long ExpiresAt, int Deliveries) lease)
    {
        holders.Took(fields);
        return JsonBody.Reply(
            200,
            new LeasedMessage(lease.Token, Instant.ToText(lease.ExpiresAt), Current(context, message, channel)),
            WireJsonContext.Default.LeasedMessage) with { Deliveries = lease.Deliveries };
    }

    private Func<WriteContext, Reply> Release(ApiRequest request)
    {
        var fields = ClaimFields.Read(request.Fields);
        return context =>
        {
            var (message, channel) = Claiming.RequireMessage(context, request.Key, request.Route.First, claimable: true);
            if (fields.Session is not null && message.Acked)
            {
                throw HolderRules.Done(context.Storage, message);
            }

            TaskRules.RequireUnended(message);
            holders.RequireEnding(context, request.Key, message, channel, fields);
            Claiming.Release(context, request.Key, message, fields);
            return Outcome(context, ClaimStatus.Released, message, channel);
        };
    }

    private Func<WriteContext, Reply> Acknowledge(ApiRequest request)
    {
        var fields = ClaimFields.Read(request.Fields);
        var leaseToken = request.Fields.OptionalString("lease_token");
        var result = MessagePosting.ReadResult(request.Fields, options.MaxMessageBytes, fields.Metadata);
        return context =>
        {
            var (message, channel) = Claiming.RequireMessage(context, request.Key, request.Route.First, claimable: false);
            var (status, published) = acknowledging.Run(context, request.Key, (message, channel), fields, leaseToken, result);
            return Outcome(context, status, message, channel, published);
        };
    }

    private Func<WriteContext, Reply> Renew(ApiRequest request)
    {
        var session = SessionSecret.Read(request.Fields);
        var seconds = ClaimFields.LeaseSeconds(request.Fields);
        return context =>
        {
            holders.RequireRenewal(context, request.Route.First, session);
            var expiresAt = context.Now + (seconds * Instant.PerSecond);
            if (!context.Storage.Claims.Renew(request.Route.First, expiresAt, context.Now))
            {
                throw Claiming.LostLease(context.Storage, request.Route.First);
            }

            holders.Renewed(session);
            return JsonBody.Reply(200, new Lease(request.Route.First, Instant.ToText(expiresAt)), WireJsonContext.Default.Lease);
        };
    }

    private static Message Current(WriteContext context, MessageRecord message, ChannelRecord channel) =>
        context.Storage.Messages.Find(message.Id)!.ToWire(context.Storage, channel.Id, context.Now);
}
