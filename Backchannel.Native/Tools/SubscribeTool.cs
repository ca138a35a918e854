using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Reads the messages of a channel since the last time, or waits for one.</summary>
internal sealed class SubscribeTool(
    BackchannelClient client, Lanes lanes, SubscriptionReader reader, MessageFinder finder, Waiting waiting, TimeProvider time)
    : BackchannelTool<SubscribeArguments, SubscribeResult>(
        client, static () => ToolsJsonContext.Readable.SubscribeArguments, static () => ToolsJsonContext.Readable.SubscribeResult)
{
    public override string Name => "subscribe";

    public override string Title => "Read messages";

    public override string Description =>
        "Read messages of a channel, oldest first, without taking them. Pass next_cursor as since to get only newer ones.";

    public override ToolAnnotations Annotations { get; } = new()
    {
        ReadOnlyHint = true,
        DestructiveHint = false,
        IdempotentHint = true,
        OpenWorldHint = true,
    };

    public override ReadOnlySpan<byte> InputSchema => """
        {
          "type": "object",
          "properties": {
            "channel": { "type": "string", "minLength": 1, "description": "Name or id." },
            "since": { "type": "string", "description": "next_cursor of the last call, or a time. Default: all." },
            "limit": { "type": "integer", "minimum": 1, "maximum": 100, "default": 50 },
            "wait_seconds": { "type": "integer", "minimum": 0, "maximum": 50, "default": 0, "description": "Wait this long for a message." }
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
            "next_cursor": { "type": "string" },
            "owner": { "type": "string" },
            "next": { "type": "string" }
          },
          "required": ["data", "next_cursor"]
        }
        """u8;

    protected override async Task<SubscribeResult> RunAsync(
        SubscribeArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        var limit = WaitLimit.For(arguments.WaitSeconds ?? 0, call);
        var state = $"waiting for a message on {ShownText.Name(arguments.Channel)}";
        await using var progress = new WaitProgress(call, state, time, cancellationToken);
        SubscribeResult? latest = null;
        BackchannelException? missing = null;
        var found = await waiting.UntilAsync(call, limit, LookAsync, cancellationToken);
        return found ?? (missing is null ? latest! : throw missing);

        async Task<SubscribeResult?> LookAsync(TimeSpan wait, CancellationToken look)
        {
            try
            {
                missing = null;
                latest = await lanes.OnAsync(
                    bus, arguments.Channel, newMode: null, lane => ReadAsync(bus, lane, arguments, wait, look), look);
                return latest.Data is [] ? null : latest;
            }
            catch (BackchannelException exception) when (exception.Code == ErrorCodes.ChannelNotFound)
            {
                // The first broadcast makes the channel: a reader may well be here before it.
                missing = exception;
                return null;
            }
        }
    }

    private async Task<SubscribeResult> ReadAsync(
        BackchannelClient bus, Lane lane, SubscribeArguments arguments, TimeSpan wait, CancellationToken cancellationToken)
    {
        var channelId = lane.Channel.Id;
        var cursor = SubscriptionCursorText.Parse(arguments.Since, channelId);
        if (wait > TimeSpan.Zero)
        {
            var newer = cursor.Newest is { } newest ? ShownMark.ToText(newest) : null;
            await bus.ListMessagesAsync(channelId, new() { Cursor = newer, Limit = 1, Wait = wait }, cancellationToken);
        }

        var limit = arguments.Limit ?? Limits.DefaultPageSize;
        var page = await reader.ReadAsync(bus, channelId, cursor, limit, cancellationToken);
        foreach (var message in page.Fresh)
        {
            finder.Remember(message);
        }

        return new(
            [.. page.Fresh.Select(ShownMessage.Of)],
            SubscriptionCursorText.Format(page.Next, channelId),
            lane.ForeignOwner(),
            page.Fresh.Count < limit ? null : "There may be more: call subscribe again with since = next_cursor.");
    }
}

internal sealed record SubscribeArguments(
    string Channel, string? Since = null, int? Limit = null, int? WaitSeconds = null);

/// <param name="NextCursor">Opaque; goes back as <c>since</c>.</param>
/// <param name="Owner">Label of the channel's owner, when that is somebody else.</param>
internal sealed record SubscribeResult(
    IReadOnlyList<ShownMessage> Data, string NextCursor, string? Owner = null, string? Next = null);
