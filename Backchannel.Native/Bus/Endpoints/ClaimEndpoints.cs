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

    /// <summary>The answer to a claim, release or ack.</summary>
    /// <param name="message">As it is now.</param>
    /// <param name="traceParent">To a claim: see <see cref="WireViews.TraceParent"/>.</param>
    public static Reply Outcome(WriteContext context, string status, MessageRecord message, ChannelRecord channel, string? resultChannel = null, string? traceParent = null) =>
        JsonBody.Reply(
            200,
            new ClaimOutcome(status, message.ToWire(context.Storage, channel.Id, context.Now), resultChannel, traceParent),
            WireJsonContext.Default.ClaimOutcome);

    private Func<WriteContext, Reply> Claim(ApiRequest request)
    {
        var fields = ClaimFields.Read(request.Fields);
        return context =>
        {
            var (message, channel) = Claiming.RequireMessage(context, request.Key, request.Route.First, claimable: true);
            holders.RequireClaim(context, message, fields);
            var (status, claimed) = Claiming.Claim(context, request.Key, message, fields);
            holders.Took(context, fields);
            return Outcome(context, status, claimed, channel, traceParent: claimed.TraceParent(context.Storage)) with
            {
                Deliveries = status == ClaimStatus.Claimed ? claimed.Deliveries : null,
            };
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
            return Leased(context, Claiming.ClaimWithLease(context, request.Key, message, fields, seconds), channel, fields);
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
            var freed = Claiming.EndTakenOver(context, message, holders.OutcomeOfReturn(message, fields));
            return freed.State == StoredState.Failed
                ? Reply.Refusing(TaskRules.Stands(context.Storage, freed, context.Now))
                : Leased(context, Claiming.TakeWithLease(context, request.Key, freed, fields, seconds), channel, fields);
        };
    }

    private Reply Leased(WriteContext context, MessageRecord claimed, ChannelRecord channel, ClaimFields fields)
    {
        holders.Took(context, fields);
        return JsonBody.Reply(
            200,
            new LeasedMessage(
                claimed.LeaseToken!,
                Instant.ToText(claimed.LeaseExpiresAt!.Value),
                claimed.ToWire(context.Storage, channel.Id, context.Now),
                claimed.TraceParent(context.Storage)),
            WireJsonContext.Default.LeasedMessage) with { Deliveries = claimed.Deliveries };
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
            Claiming.Release(context, request.Key, message, fields, holders.OutcomeOfReturn(message, fields));
            return Outcome(context, ClaimStatus.Released, context.Storage.Messages.Find(message.CreatedAt)!, channel);
        };
    }

    private Func<WriteContext, Reply> Acknowledge(ApiRequest request)
    {
        var fields = ClaimFields.Read(request.Fields);
        var leaseToken = request.Fields.OptionalString("lease_token");
        var result = MessagePosting.ReadResult(request.Fields, options.MaxMessageBytes, fields.Metadata);
        return context =>
        {
            var task = Claiming.RequireMessage(context, request.Key, request.Route.First, claimable: false);
            return JsonBody.Reply(
                200, acknowledging.Run(context, request.Key, task, fields, leaseToken, result).ToWire(context, task), WireJsonContext.Default.ClaimOutcome);
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

            holders.Renewed(context, session);
            return JsonBody.Reply(200, new Lease(request.Route.First, Instant.ToText(expiresAt)), WireJsonContext.Default.Lease);
        };
    }
}
