using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Reads the messages of a channel since the last time, or waits for one.</summary>
internal sealed class SubscribeTool(
    BackchannelClient client, Lanes lanes, SubscriptionReader reader, MessageFinder finder, Waiting waiting, TimeProvider time, WaitPace pace)
    : BackchannelTool<SubscribeArguments, SubscribeResult>(
        client, static () => ArgumentsJsonContext.Default.SubscribeArguments, static () => ResultsJsonContext.Default.SubscribeResult)
{
    /// <summary>For everything of a result but messages and what the cursor remembers of each.</summary>
    private const int FrameBytes = 3000;

    private const int MaxWaitSeconds = 50;

    /// <summary>Most that a cursor grows with one message.</summary>
    private const int MarkBytes = 17;

    /// <summary>How long our bus holds a request in the background: each post there ends it.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(Limits.MaxLongPollSeconds - 1);

    private readonly CombinedReads together = new(pace, time);

    public override string Name => "subscribe";

    public override string Title => "Read messages";

    public override string Description =>
        "Read messages of a channel, oldest first, without taking them. Pass next_cursor as since to get only newer ones." + OthersTexts.AreData;

    public override ToolAnnotations Annotations => ToolAnnotations.Look;

    public override bool CanBecomeTask => true;

    protected override (string Parameter, int Seconds)? LongestInTask => ("wait_seconds", WaitLimit.LongestInTask);

    public override ReadOnlySpan<byte> InputSchema => """
        {
          "type": "object",
          "properties": {
            "channel": { "type": "string", "minLength": 1, "description": "Name or id of the channel." },
            "since": { "type": "string", "description": "next_cursor of the last call, or a time. Default: all." },
            "limit": { "type": "integer", "minimum": 1, "maximum": 100, "default": 50, "description": "Most messages, 1 to 100, default 50." },
            "wait_seconds": { "type": "integer", "minimum": 0, "maximum": 50, "default": 0, "description": "Wait this long for a message: 0 to 50, default 0." }
          },
          "required": ["channel"],
          "additionalProperties": false
        }
        """u8;

    public override ReadOnlySpan<byte> OutputSchema => """
        {
          "type": "object",
          "properties": {
            "data": { "type": "array", "items": { "type": "object", "required": ["message_id", "content", "created_at"] } },
            "next_cursor": {},
            "owner": {},
            "tasks": { "type": "object" },
            "note": {},
            "next": {}
          },
          "required": ["data"]
        }
        """u8;

    protected override async Task<SubscribeResult> RunAsync(
        SubscribeArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        var limit = WaitLimit.AllowedWait(WaitLimit.Extend(arguments.WaitSeconds ?? 0, MaxWaitSeconds, call), call);
        var state = $"waiting for a message on {ShownText.Name(arguments.Channel)}";
        await using var progress = new WaitProgress(call, state, time, cancellationToken);
        SubscribeResult? latest = null;
        BackchannelException? missing = null;
        string? taskChannel = null;
        var found = await waiting.UntilAndOnceMoreAsync(call, limit, LookAsync, cancellationToken);
        var result = found ?? (missing is null
            ? latest ?? throw new ToolException("The bus could not be asked while this wait lasted.\nCall subscribe again.")
            : SubscribeResult.NobodyPosted(arguments.Channel, missing));
        return taskChannel is null ? result : await AddTasksAsync(bus, taskChannel, result, cancellationToken);

        async Task<SubscribeResult?> LookAsync(TimeSpan wait, CancellationToken look)
        {
            try
            {
                missing = null;
                if (call.Task is { IsInBackground: true })
                {
                    taskChannel = null;
                    latest = await together.ReadAsync(arguments, wait, () => ReadTogetherAsync(bus, arguments, call, wait), look) ?? latest;
                }
                else
                {
                    latest = await lanes.OnAsync(bus, arguments.Channel, newMode: null, ReadLaneAsync, look);
                }

                return latest is null or { Data: [] } ? null : latest;
            }
            catch (BackchannelException exception) when (exception.Code == ErrorCodes.ChannelNotFound)
            {
                // The first broadcast creates the channel; a reader may ask before that.
                missing = exception;
                return null;
            }

            Task<SubscribeResult> ReadLaneAsync(Lane lane)
            {
                taskChannel = TaskChannel(lane);
                return ReadAsync(bus, lane, arguments, call, wait, look);
            }
        }
    }

    /// <summary>Reads for all tasks of the extension that want the same, so that none of them can cancel it: the messages, and what is known of the tasks among them.</summary>
    private Task<SubscribeResult> ReadTogetherAsync(BackchannelClient bus, SubscribeArguments arguments, ToolCall call, TimeSpan wait)
    {
        return lanes.OnAsync(bus, arguments.Channel, newMode: null, ReadLaneAsync, CancellationToken.None);

        async Task<SubscribeResult> ReadLaneAsync(Lane lane)
        {
            var result = await ReadAsync(bus, lane, arguments, call, wait, CancellationToken.None);
            if (TaskChannel(lane) is not { } channel || (result.Data is [] && wait > TimeSpan.Zero))
            {
                return result;
            }

            // The states, and the counts.
            await pace.TakeAsync(CancellationToken.None);
            await pace.TakeAsync(CancellationToken.None);
            return await AddTasksAsync(bus, channel, result, CancellationToken.None);
        }
    }

    private static string? TaskChannel(Lane lane) => lane.Channel.Mode == ChannelMode.Claimable ? lane.Channel.Id : null;

    private static async Task<SubscribeResult> AddTasksAsync(
        BackchannelClient bus, string channelId, SubscribeResult result, CancellationToken cancellationToken) => result with
        {
            Data = await TaskStateReader.CorrectAsync(bus, result.Data, cancellationToken),
            Tasks = await ShownCounts.ReadAsync(bus, channelId, cancellationToken),
        };

    private async Task<SubscribeResult> ReadAsync(
        BackchannelClient bus, Lane lane, SubscribeArguments arguments, ToolCall call, TimeSpan wait, CancellationToken cancellationToken)
    {
        var channelId = lane.Channel.Id;
        var cursor = SubscriptionCursorText.Parse(arguments.Since, channelId);
        if (wait > TimeSpan.Zero)
        {
            var isInBackground = call.Task is { IsInBackground: true };
            var isOrdered = await bus.Connection.Additions.OfferAsync(Additions.OrderedCursors, cancellationToken);
            var newer = cursor.Newest is { } newest ? ShownMark.ToText(newest) : null;
            var query = new MessageQuery { Cursor = newer, Limit = 1, Wait = isInBackground && isOrdered ? LongestWait : wait };
            if ((await bus.ListMessagesAsync(channelId, query, cancellationToken)).Data is [] && isOrdered)
            {
                return new([], SubscriptionCursorText.Format(cursor, channelId), lane.ForeignOwner());
            }

            if (isInBackground)
            {
                await pace.TakeAsync(cancellationToken);
            }
        }

        var limit = arguments.Limit ?? Limits.DefaultPageSize;
        var isTask = lane.Channel.Mode == ChannelMode.Claimable;
        List<ShownMessage> shown = [];
        var room = call.MaxResultBytes - FrameBytes - (MarkBytes * cursor.Shown.Count);
        var page = await reader.ReadAsync(bus, channelId, cursor, limit, Show, cancellationToken);
        foreach (var message in page.Fresh)
        {
            finder.Remember(message);
        }

        return new(
            shown,
            SubscriptionCursorText.Format(page.Next, channelId),
            lane.ForeignOwner(),
            Next: LongAnswer.Advise(
                page.MayHaveMore ? "There may be more: call subscribe again with since = next_cursor." : null,
                shown.Count > 1 ? shown.Sum(static message => JsonSize.Of(message.Content)) : 0,
                "call subscribe with the same since and a smaller limit"));

        bool Show(Message message)
        {
            var next = shown.Count == 0 ? ShownMessage.Of(message, isTask, room) : ShownMessage.Of(message, isTask);
            room -= next.Measure() + MarkBytes;
            if (room < 0 && shown.Count > 0)
            {
                return false;
            }

            shown.Add(next);
            return true;
        }
    }
}

internal sealed record SubscribeArguments(
    string Channel, string? Since = null, int? Limit = null, int? WaitSeconds = null);
