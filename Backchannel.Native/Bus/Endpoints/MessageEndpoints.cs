using System.Globalization;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Waiting;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>Posting, listing, watching and retracting messages.</summary>
internal sealed class MessageEndpoints(BusOptions options, MessageListing listing, MessageWatch watch)
{
    private const string Collection = RouteTemplates.ChannelMessages;

    public void AddTo(RouteTable routes)
    {
        routes.Add("POST", Collection, new WriteEndpoint(Post) { Scope = Scopes.MessagesWrite });
        routes.Add("GET", Collection, new AsyncEndpoint(ListAsync, NeedsKey: true) { Scope = Scopes.MessagesRead });
        routes.Add("GET", RouteTemplates.Message, new AsyncEndpoint(ShowAsync, NeedsKey: true) { Scope = Scopes.MessagesRead });
        routes.Add("DELETE", RouteTemplates.Message, new WriteEndpoint(Retract));
    }

    private Func<WriteContext, Reply> Post(ApiRequest request)
    {
        var posting = MessagePosting.Read(request.Fields, options.MaxMessageBytes, withActor: true) with { Trace = request.Trace };
        return context =>
        {
            var channel = context.Storage.RequireChannel(request.Key, request.Route.First);
            var message = posting.Post(context, request.Key, channel).ToWire(context.Storage, channel.Id, context.Now);
            return JsonBody.Reply(201, new PostedMessage(message, message.CreatedAt), WireJsonContext.Default.PostedMessage);
        };
    }

    private async Task<Reply> ListAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var query = request.Query;
        var limit = query.Limit();
        var status = query["status"];
        if (status is not (null or MessageStatus.Unclaimed or MessageStatus.Claimed))
        {
            throw new ApiException(422, ErrorCodes.InvalidStatus, $"'status' is {MessageStatus.Unclaimed} or {MessageStatus.Claimed}.");
        }

        var isDeprecated = query["cursor"] is not { Length: > 0 } && query["since"] is { Length: > 0 };
        var cursor = query["cursor"] is { Length: > 0 } given ? given : query["since"];
        var filter = new MessageFilter(Cursor.Parse(cursor), query.Time("expiring_before"), status, limit);
        var page = await listing.ReadAsync(request.Key, request.Route.First, filter, cursor, query.Seconds("wait"), cancellationToken);
        var reply = JsonBody.Reply(200, page, WireJsonContext.Default.MessagePage);
        return isDeprecated ? reply with { IsDeprecated = true } : reply;
    }

    private async Task<Reply> ShowAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var after = request.Query["after"] switch
        {
            null => (long?)null,
            var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) => version,
            _ => throw new ApiException(422, ErrorCodes.InvalidField, "'after' has to be the version of an earlier answer, a whole number."),
        };
        var state = await watch.ReadAsync(request.Key, request.Route.First, after, request.Query.Seconds("wait"), cancellationToken);
        return JsonBody.Reply(200, state, WireJsonContext.Default.MessageState);
    }

    private static Func<WriteContext, Reply> Retract(ApiRequest request) => context =>
    {
        var message = context.Storage.Messages.Find(request.Route.First) ?? throw Refusal.MessageNotFound();
        var channel = context.Storage.Channels.FindByNumber(message.Channel) ?? throw Refusal.MessageNotFound();
        context.Storage.RequireAccess(request.Key, channel);
        if (message.IsHeld)
        {
            throw new ApiException(409, ErrorCodes.MessageClaimed, "This message is claimed; it can be taken back when it has been released.");
        }

        context.Storage.Archive.Move(message.CreatedAt, retracted: true, context.Now);
        context.MessageChanged(message.Channel, message.CreatedAt);
        Dependents.FailAtOnce(context);
        return JsonBody.Reply(200, new StatusAnswer(ClaimStatus.Retracted), WireJsonContext.Default.StatusAnswer);
    };
}
