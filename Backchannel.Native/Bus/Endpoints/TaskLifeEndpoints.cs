using System.Text.Json;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Waiting;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>Posting a task with options, ending an attempt, cancelling and reopening.</summary>
internal sealed class TaskLifeEndpoints(BusOptions options, Acknowledging acknowledging, HolderRules holders, WorkerPresence presence)
{
    public void AddTo(RouteTable routes)
    {
        routes.Add("POST", RouteTemplates.ChannelTasks, new WriteEndpoint(Post) { Scope = Scopes.MessagesWrite });
        routes.Add("POST", RouteTemplates.Finish, new WriteEndpoint(Finish));
        routes.Add("POST", RouteTemplates.Cancel, new WriteEndpoint(Cancel));
        routes.Add("POST", RouteTemplates.Reopen, new WriteEndpoint(Reopen));
        routes.Add("PUT", RouteTemplates.TaskSettings, new WriteEndpoint(Set));
    }

    private Func<WriteContext, Reply> Post(ApiRequest request)
    {
        var posting = MessagePosting.Read(request.Fields, options.MaxMessageBytes, withActor: true) with
        {
            Files = FileReferences.Read(request.Fields, options), Trace = request.Trace,
        };
        var life = TaskOptions.Read(request.Fields);
        return context =>
        {
            var channel = context.Storage.RequireChannel(request.Key, request.Route.First);
            var posted = posting.Post(context, request.Key, channel, life);
            var stored = context.Storage.Messages.Find(posted.CreatedAt)!;
            var message = stored.ToWire(context.Storage, channel.Id, context.Now);
            return JsonBody.Reply(
                201,
                new PostedToLane(message, message.CreatedAt, TaskPhases.Of(stored, context.Now).ToWire())
                {
                    Workers = channel.IsClaimable ? presence.Count(context.Storage, channel, context.Now) : null,
                },
                WireJsonContext.Default.PostedToLane);
        };
    }

    private Func<WriteContext, Reply> Finish(ApiRequest request)
    {
        var fields = FinishFields.Read(request.Fields, options);
        return context =>
        {
            var (message, channel) = Claiming.RequireMessage(context, request.Key, request.Route.First, claimable: true);
            if (fields.Outcome == AttemptOutcomes.Acknowledged && message.State is StoredState.Normal or StoredState.Waiting)
            {
                var (status, published, _) = acknowledging.Run(context, request.Key, (message, channel), fields.Claim, fields.LeaseToken, fields.Result);
                return Outcome(context, message, channel, status, published);
            }

            if (TaskPhases.Of(message, context.Now) != TaskPhase.Claimed)
            {
                throw TaskRules.Stands(context.Storage, message, context.Now);
            }

            Claiming.RequireLease(context, request.Key, message, fields.Claim, fields.LeaseToken);
            holders.RequireEnding(context, request.Key, message, channel, fields.Claim);
            fields.RequireOnlyClaimer(context, request.Key, message);
            var outcome = fields.Outcome == AttemptOutcomes.Released ? holders.OutcomeOfReturn(message, fields.Claim) : fields.Outcome;
            TaskAttempts.End(context, message, outcome, fields.Reason, fields.Retry, fields.RetryAfterSeconds);
            return Outcome(context, message, channel);
        };
    }

    private Func<WriteContext, Reply> Cancel(ApiRequest request)
    {
        var reason = FinishFields.ReadReason(request.Fields);
        var actor = request.Fields.OptionalName("actor");
        return context =>
        {
            var (message, channel) = Claiming.RequireMessage(context, request.Key, request.Route.First, claimable: true);
            TaskRules.RequireOwner(request.Key, message, channel);
            TaskRules.Require(context, message, TaskEvent.Cancel);
            var by = ActingActor.Find(context.Storage, request.Key, actor).GetOrCreate(context, request.Key);
            TaskLife.Cancel(context, message, reason, by.Number, request.Key.KeyId);
            holders.TellHolder(context, message, StatusAnswer.TaskEnded);
            return Outcome(context, message, channel);
        };
    }

    private static Func<WriteContext, Reply> Reopen(ApiRequest request) => context =>
    {
        var (message, channel) = Claiming.RequireMessage(context, request.Key, request.Route.First, claimable: true);
        TaskRules.RequireOwner(request.Key, message, channel);
        TaskRules.Require(context, message, TaskEvent.Reopen);
        TaskLife.Reopen(context, message);
        return Outcome(context, message, channel);
    };

    private static Func<WriteContext, Reply> Set(ApiRequest request)
    {
        var fields = request.Fields;
        var maxAttempts = fields.OptionalInt32("max_attempts", 1, TaskLimits.MaxAttempts, ErrorCodes.InvalidField);
        var events = ReadEvents(fields);
        return context =>
        {
            var channel = context.Storage.RequireOwnChannel(request.Key, request.Route.First);
            channel = channel with
            {
                MaxAttempts = fields.Has("max_attempts") ? maxAttempts : channel.MaxAttempts,
                WebhookEvents = events ?? channel.WebhookEvents,
            };
            context.Storage.Channels.SetTaskSettings(channel);
            if (fields.Has("max_attempts"))
            {
                AttemptLimit.FailUsedUp(context, channel);
            }

            return JsonBody.Reply(200, new TaskSettings(channel.MaxAttempts, channel.WebhookEvents), WireJsonContext.Default.TaskSettings);
        };
    }

    /// <returns>Null: none are named, so they stay as they are.</returns>
    private static List<string>? ReadEvents(JsonFields fields)
    {
        if (!fields.TryGet("webhook_events", out var list))
        {
            return null;
        }

        var names = list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Select(static name => name.ToString()).Distinct()] : (List<string>?)null;
        return names is not null && names.TrueForAll(TaskEventNames.All.Contains)
            ? names
            : throw new ApiException(422, ErrorCodes.InvalidField, $"'webhook_events' has to be a list of {string.Join(", ", TaskEventNames.All)}.");
    }

    private static Reply Outcome(
        WriteContext context, MessageRecord message, ChannelRecord channel, string? status = null, string? resultChannel = null)
    {
        var now = context.Storage.Messages.Find(message.CreatedAt)!;
        return JsonBody.Reply(
            200,
            new LifeOutcome(
                status ?? TaskPhases.Of(now, context.Now).ToWire(),
                now.ToWire(context.Storage, channel.Id, context.Now),
                now.ToTask(context.Storage, channel, context.Now),
                resultChannel),
            WireJsonContext.Default.LifeOutcome);
    }
}
