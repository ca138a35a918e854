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

    /// <summary>How long our bus holds the request of tasks of the extension: each post there ends it.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(Limits.MaxLongPollSeconds - 1);

    private readonly Dictionary<string, Task<Page<Message>>> together = new(StringComparer.Ordinal);

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
        var found = await waiting.UntilAsync(call, limit, LookAsync, cancellationToken);
        var result = found ?? (missing is null
            ? latest ?? throw new ToolException("The bus could not be asked while this wait lasted.\nCall subscribe again.")
            : SubscribeResult.NobodyPosted(arguments.Channel, missing));
        return taskChannel is null ? result : result with
        {
            Data = await TaskStateReader.CorrectAsync(bus, result.Data, cancellationToken),
            Tasks = await ShownCounts.ReadAsync(bus, taskChannel, cancellationToken),
        };

        async Task<SubscribeResult?> LookAsync(TimeSpan wait, CancellationToken look)
        {
            try
            {
                missing = null;
                latest = await lanes.OnAsync(bus, arguments.Channel, newMode: null, ReadLaneAsync, look);
                return latest.Data is [] ? null : latest;
            }
            catch (BackchannelException exception) when (exception.Code == ErrorCodes.ChannelNotFound)
            {
                // The first broadcast creates the channel; a reader may ask before that.
                missing = exception;
                return null;
            }

            Task<SubscribeResult> ReadLaneAsync(Lane lane)
            {
                taskChannel = lane.Channel.Mode == ChannelMode.Claimable ? lane.Channel.Id : null;
                return ReadAsync(bus, lane, arguments, call, wait, look);
            }
        }
    }

    /// <summary>Tasks of the extension that wait for the same messages share one request.</summary>
    private async Task<Page<Message>> WaitTogetherAsync(
        BackchannelClient bus, string channelId, string? newer, TimeSpan wait, CancellationToken cancellationToken)
    {
        var place = $"{channelId} {newer}";
        Task<Page<Message>>? waitingThere;
        lock (together)
        {
            if (!together.TryGetValue(place, out waitingThere))
            {
                together[place] = waitingThere = AskAsync();
            }
        }

        return await waitingThere.WaitAsync(cancellationToken);

        async Task<Page<Message>> AskAsync()
        {
            await Task.Yield();
            try
            {
                await pace.TakeAsync(CancellationToken.None);
                var isLong = await bus.Connection.Additions.OfferAsync(Additions.OrderedCursors, CancellationToken.None);
                var query = new MessageQuery { Cursor = newer, Limit = 1, Wait = isLong ? LongestWait : wait };
                return await bus.ListMessagesAsync(channelId, query, CancellationToken.None);
            }
            finally
            {
                lock (together)
                {
                    together.Remove(place);
                }
            }
        }
    }

    private async Task<SubscribeResult> ReadAsync(
        BackchannelClient bus, Lane lane, SubscribeArguments arguments, ToolCall call, TimeSpan wait, CancellationToken cancellationToken)
    {
        var channelId = lane.Channel.Id;
        var cursor = SubscriptionCursorText.Parse(arguments.Since, channelId);
        if (wait > TimeSpan.Zero)
        {
            var newer = cursor.Newest is { } newest ? ShownMark.ToText(newest) : null;
            var next = await (call.Task is null
                ? bus.ListMessagesAsync(channelId, new() { Cursor = newer, Limit = 1, Wait = wait }, cancellationToken)
                : WaitTogetherAsync(bus, channelId, newer, wait, cancellationToken));
            if (next.Data is [] && await bus.Connection.Additions.OfferAsync(Additions.OrderedCursors, cancellationToken))
            {
                return new([], SubscriptionCursorText.Format(cursor, channelId), lane.ForeignOwner());
            }
        }

        if (call.Task is { } task && (task.IsResumed || wait > TimeSpan.Zero))
        {
            await pace.TakeAsync(cancellationToken);
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

/// <param name="NextCursor">Opaque; goes back as <c>since</c>. Null while there is no such channel.</param>
/// <param name="Owner">Label of the channel's owner, when that is somebody else.</param>
internal sealed record SubscribeResult(
    IReadOnlyList<ShownMessage> Data, string? NextCursor = null, string? Owner = null, string? Note = null, string? Next = null)
{
    /// <summary>Of a claimable channel: how many tasks it has.</summary>
    public ShownCounts? Tasks { get; init; }

    /// <exception cref="BackchannelException">The bus's refusal, where posting could not make the channel.</exception>
    public static SubscribeResult NobodyPosted(string channel, BackchannelException missing) => new(
        [],
        Note: EmptyLane.Describe(channel, missing),
        Next: $"{EmptyLane.Advice} Otherwise call subscribe with wait_seconds to wait for the first message.");
}
