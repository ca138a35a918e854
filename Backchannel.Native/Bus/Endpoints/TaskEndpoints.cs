using System.Text.Json;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Waiting;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>Shorthands that do several steps of a task in one transaction: all of them or none.</summary>
internal sealed class TaskEndpoints(BusOptions options, ChannelCreation channels, ResultChannels resultChannels, MessageListing listing, HolderRules holders)
{
    private const string DefaultSessionName = "session";

    public void AddTo(RouteTable routes)
    {
        routes.Add("POST", Routes.TaskPost, new WriteEndpoint(Post));
        routes.Add("POST", Routes.TaskBroadcast, new WriteEndpoint(Broadcast));
        routes.Add("POST", Routes.TaskClaim, new WriteEndpoint(Claim));
        routes.Add("POST", Routes.TaskSubscription, new AsyncEndpoint(SubscribeAsync, NeedsKey: true) { AnnouncesKey = true });
        routes.Add("POST", Routes.TaskClaimAndAck, new WriteEndpoint(ClaimAndAck));
        routes.Add("POST", Routes.ClaimableSession, new WriteEndpoint(CreateSession));
        routes.Add("POST", Routes.TaskPostWithResult, new WriteEndpoint(PostWithResult));
    }

    private Func<WriteContext, Reply> Post(ApiRequest request)
    {
        var (name, posting) = ReadPosting(request);
        return context =>
        {
            var channel = ChannelCreation.Store(context, channels.Draft(request.Key, name, ChannelMode.Claimable));
            var message = posting.Post(context, request.Key, channel).ToWire(context.Storage, channel.Id, context.Now);
            return JsonBody.Reply(201, new PostedTask(message, channel.Id, message.CreatedAt), WireJsonContext.Default.PostedTask);
        };
    }

    private Func<WriteContext, Reply> Broadcast(ApiRequest request)
    {
        var reference = request.Fields.RequiredString("channel");
        var posting = MessagePosting.Read(request.Fields, options.MaxMessageBytes, withActor: false) with { Trace = request.Trace };
        return context =>
        {
            var channel = context.Storage.RequireChannel(request.Key, reference);
            var message = posting.Post(context, request.Key, channel).ToWire(context.Storage, channel.Id, context.Now);
            return JsonBody.Reply(201, new PostedMessage(message, message.CreatedAt), WireJsonContext.Default.PostedMessage);
        };
    }

    private Func<WriteContext, Reply> Claim(ApiRequest request)
    {
        var reference = request.Fields.RequiredString("channel");
        return context =>
        {
            var channel = context.Storage.RequireChannel(request.Key, reference);
            if (!channel.IsClaimable || context.Storage.Claims.FindFree(channel.Number, context.Now) is not { } free)
            {
                return NothingToClaim();
            }

            var fields = ClaimFields.Read(request.Fields);
            var (_, claimed) = Claiming.Claim(context, request.Key, context.Storage.Messages.Find(free.CreatedAt)!, fields);
            holders.Took(context, fields);
            var answer = new ClaimedTask(claimed.ToWire(context.Storage, channel.Id, context.Now), claimed.TraceParent(context.Storage));
            return JsonBody.Reply(200, answer, WireJsonContext.Default.ClaimedTask) with { Deliveries = claimed.Deliveries };
        };
    }

    private async Task<Reply> SubscribeAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var fields = request.Fields;
        var reference = fields.RequiredString("channel");
        var limit = fields.Int32("limit", 1, Limits.MaxPageSize, Limits.DefaultPageSize, ErrorCodes.InvalidLimit);
        var since = fields.OptionalString("since");
        var wait = fields.TryGet("wait", out var seconds) && seconds.ValueKind == JsonValueKind.Number && seconds.GetDouble() is > 0 and var length
            ? TimeSpan.FromSeconds(Math.Min(length, options.LongPollMaxWait.TotalSeconds))
            : TimeSpan.Zero;
        var filter = new MessageFilter(Cursor.Parse(since), null, null, limit);
        var page = await listing.ReadAsync(request.Key, reference, filter, since, wait, cancellationToken);
        return JsonBody.Reply(200, page, WireJsonContext.Default.MessagePage);
    }

    private Func<WriteContext, Reply> ClaimAndAck(ApiRequest request)
    {
        var id = request.Fields.RequiredString("message_id");
        var fields = ClaimFields.Read(request.Fields);
        return context =>
        {
            var (message, channel) = Claiming.RequireMessage(context, request.Key, id, claimable: true);
            if (fields.Session is not null && message.Acked)
            {
                throw HolderRules.Done(context.Storage, message);
            }

            if (message.IsHeld)
            {
                holders.RequireEnding(context, request.Key, message, channel, fields);
            }

            var (_, claimed) = Claiming.Claim(context, request.Key, message, fields);
            holders.Took(context, fields);
            var (_, acks) = Claiming.Acknowledge(context, request.Key, claimed, channel, fields);
            return ClaimEndpoints.Outcome(context, "claimed_and_acked", claimed with { Acked = true, Acks = acks }, channel);
        };
    }

    private Func<WriteContext, Reply> CreateSession(ApiRequest request)
    {
        var name = request.Fields.Has("name") ? ChannelFields.Name(request.Fields) : DefaultSessionName;
        var description = request.Fields.OptionalString("description") ?? "";
        return context =>
        {
            var draft = channels.Draft(request.Key, name, ChannelMode.Claimable, ChannelAccess.Restricted) with { Description = description };
            var channel = ChannelCreation.Store(context, draft);
            var invitation = InvitationEndpoints.Add(context, request.Key, channel);
            return JsonBody.Reply(
                201,
                new ClaimableSession(channel.ToWire(context.Storage), InvitationEndpoints.ToWire(invitation, channel, context.Now)),
                WireJsonContext.Default.ClaimableSession);
        };
    }

    private Func<WriteContext, Reply> PostWithResult(ApiRequest request)
    {
        var (name, posting) = ReadPosting(request);
        return context =>
        {
            var channel = ChannelCreation.Store(context, channels.Draft(request.Key, name, ChannelMode.Claimable));
            var message = posting.Post(context, request.Key, channel).ToWire(context.Storage, channel.Id, context.Now);
            var results = resultChannels.Create(context, request.Key, message.Id);
            return JsonBody.Reply(
                201,
                new PostedTaskWithResult(message, channel.Id, results.Name, Routes.TaskResult(message.Id)),
                WireJsonContext.Default.PostedTaskWithResult);
        };
    }

    private (string Channel, MessagePosting Posting) ReadPosting(ApiRequest request)
    {
        var name = request.Fields.RequiredString("channel");
        ChannelFields.RequireValidName(name);
        return (name, MessagePosting.Read(request.Fields, options.MaxMessageBytes, withActor: false) with { Trace = request.Trace });
    }

    private static Reply NothingToClaim() => new(200, JsonBody.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNull("claimed");
        writer.WriteString("note", "Nothing is free in this channel.");
        writer.WriteEndObject();
    }));
}
