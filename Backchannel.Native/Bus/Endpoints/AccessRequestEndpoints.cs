using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>Requests for access to a restricted channel, and the decision on them. Channels are found by id or alias only.</summary>
internal static class AccessRequestEndpoints
{
    private const string Collection = RouteTemplates.AccessRequests;

    public static void AddTo(RouteTable routes)
    {
        routes.Add("POST", Collection, new WriteEndpoint(Ask));
        routes.Add("GET", Collection, new ReadEndpoint(List));
        routes.Add("POST", RouteTemplates.AccessApproval, new WriteEndpoint(request => Resolve(request, AccessRequestStore.Approved)));
        routes.Add("POST", RouteTemplates.AccessDenial, new WriteEndpoint(request => Resolve(request, AccessRequestStore.Denied)));
    }

    private static Func<WriteContext, Reply> Ask(ApiRequest request)
    {
        var reason = request.Fields.TryGet("reason", out var value) ? value.ValueKind switch
        {
            System.Text.Json.JsonValueKind.String => value.GetString()!.Trim(),
            System.Text.Json.JsonValueKind.Null => "",
            _ => throw new ApiException(422, ErrorCodes.InvalidString, "'reason' has to be a string."),
        }
        : "";
        return context =>
        {
            var channel = context.Storage.Channels.FindByIdOrAlias(request.Route.First) ?? throw Refusal.ChannelNotFound();
            var keyId = request.Key.KeyId;
            if (channel.IsOpen)
            {
                return Outcome(200, new AccessRequestOutcome(AccessStatus.Open, Note: "This channel is open to every key; no request is needed."));
            }

            if (channel.CreatedByKeyId == keyId || context.Storage.Members.Contains(channel.Number, keyId))
            {
                return Outcome(200, new AccessRequestOutcome(AccessStatus.AlreadyMember));
            }

            if (context.Storage.AccessRequests.FindPending(channel, keyId)?.Id is not { } id)
            {
                id = context.Storage.AccessRequests.Add(channel, keyId, reason, context.Now);
                context.Changed(Change.OfPeople(channel.Number));
            }

            return Outcome(202, new AccessRequestOutcome(AccessStatus.Pending, id));
        };
    }

    private static Reply List(ApiRequest request, StorageSession storage)
    {
        var channel = RequireCreator(request, storage);
        var requests = storage.AccessRequests.Pending(channel);
        return JsonBody.Listing(
            request.Query["names"] == "true"
                ? [.. requests.Select(asked => asked with { RequesterOwnerId = storage.Keys.Find(asked.RequesterKeyId)?.OwnerId })]
                : requests,
            WireJsonContext.Default.AccessRequest);
    }

    private static Func<WriteContext, Reply> Resolve(ApiRequest request, string status) => context =>
    {
        var channel = RequireCreator(request, context.Storage);
        var asked = context.Storage.AccessRequests.Find(channel, request.Route.Second)
            ?? throw new ApiException(404, ErrorCodes.AccessRequestNotFound, "This channel has no access request with this id.");
        if (asked.Status != AccessStatus.Pending)
        {
            throw new ApiException(409, ErrorCodes.AccessRequestResolved, "This access request was decided before.");
        }

        context.Storage.AccessRequests.Resolve(asked.Id, status);
        context.Changed(Change.OfPeople(channel.Number));
        if (status == AccessRequestStore.Approved)
        {
            context.Storage.Members.Add(channel.Number, asked.RequesterKeyId, null, context.Now);
            context.Storage.Events.Add(
                context.NextMoment(),
                channel.Number,
                EventTypes.MemberAdded,
                request.Key.KeyId,
                asked.RequesterKeyId,
                null);
            WebhookEvents.Approved(context, channel, asked.RequesterKeyId, request.Key.KeyId);
        }

        return JsonBody.Reply(200, new AccessDecision(status, asked.Id, asked.RequesterKeyId), WireJsonContext.Default.AccessDecision);
    };

    private static ChannelRecord RequireCreator(ApiRequest request, StorageSession storage)
    {
        var channel = storage.Channels.FindByIdOrAlias(request.Route.First) ?? throw Refusal.ChannelNotFound();
        return channel.CreatedByKeyId == request.Key.KeyId ? channel : throw Refusal.CreatorOnly();
    }

    private static Reply Outcome(int status, AccessRequestOutcome outcome) => new(status, JsonBody.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("status", outcome.Status);
        if (outcome.RequestId is { } id)
        {
            writer.WriteString("request_id", id);
        }

        if (outcome.Note is { } note)
        {
            writer.WriteString("note", note);
        }

        writer.WriteEndObject();
    }));
}
