using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Lists the discoverable channels of the bus, newest first.</summary>
internal sealed class ListChannelsTool(BackchannelClient client)
    : BackchannelTool<ListChannelsArguments, ListChannelsResult>(
        client, static () => ArgumentsJsonContext.Default.ListChannelsArguments, static () => ResultsJsonContext.Default.ListChannelsResult)
{
    /// <summary>For everything of a result but the channels.</summary>
    private const int FrameBytes = 3000;

    /// <summary>Channels whose tasks are counted: each takes a request, and a bus may allow 120 a minute.</summary>
    private const int MostCounted = 10;

    public override string Name => "list_channels";

    public override string Title => "List channels";

    public override string Description =>
        "List public channels, newest first, of all owners. Mode claimable: use claim_task; broadcast: use subscribe.";

    public override ToolAnnotations Annotations => ToolAnnotations.Look;

    public override ReadOnlySpan<byte> InputSchema => """
        {
          "type": "object",
          "properties": {
            "limit": { "type": "integer", "minimum": 1, "maximum": 100, "default": 50, "description": "Most channels, 1 to 100, default 50." },
            "cursor": { "type": "string", "description": "next_cursor of the page before." }
          },
          "additionalProperties": false
        }
        """u8;

    public override ReadOnlySpan<byte> OutputSchema => """
        {
          "type": "object",
          "properties": {
            "data": { "type": "array", "items": { "type": "object", "required": ["channel", "name", "mode"] } },
            "next_cursor": {},
            "note": {},
            "next": {}
          },
          "required": ["data"]
        }
        """u8;

    protected override async Task<ListChannelsResult> RunAsync(
        ListChannelsArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        // The bus ignores a cursor that is no time, and would show the first page again and again.
        if (arguments.Cursor is { } cursor && !Timestamp.TryParse(cursor, out _))
        {
            throw new ToolException(
                $"cursor: '{ShownText.Clean(cursor, 40)}' is no next_cursor of list_channels.\nPass next_cursor exactly as it came, or leave cursor out for the first page.");
        }

        var limit = arguments.Limit ?? Limits.DefaultPageSize;
        while (true)
        {
            try
            {
                var page = await bus.ListChannelsAsync(limit, arguments.Cursor, cancellationToken);
                var (shown, fitting) = Show(page, call.MaxResultBytes - FrameBytes);
                if (fitting == shown.Count)
                {
                    return new(await CountAsync(bus, shown, cancellationToken), page.NextCursor, page.NextCursor is null ? null : "There may be more: call list_channels again with cursor = next_cursor.");
                }

                // Only the bus knows the cursor behind a shorter page.
                limit = fitting;
            }
            catch (BackchannelException exception) when (exception.InnerException is AnswerTooLongException && limit > 1)
            {
                limit /= 2;
            }
        }
    }

    private static async Task<IReadOnlyList<ListedChannel>> CountAsync(
        BackchannelClient bus, IReadOnlyList<ListedChannel> channels, CancellationToken cancellationToken)
    {
        var counted = channels
            .Where(static channel => channel.Mode == ChannelMode.Claimable && (channel.IsMember || channel.Access == ChannelAccess.Open))
            .Take(MostCounted)
            .ToList();
        var counts = await Task.WhenAll(counted.Select(channel => ShownCounts.ReadAsync(bus, channel.Channel, cancellationToken)));
        return [.. channels.Select(channel => counted.IndexOf(channel) is >= 0 and var index ? channel with { Tasks = counts[index] } : channel)];
    }

    /// <returns>The channels, and how many of them fit, which is at least one.</returns>
    private static (IReadOnlyList<ListedChannel> Shown, int Fitting) Show(Page<ChannelSummary> page, int room)
    {
        List<ListedChannel> shown = [.. page.Data.Select(ListedChannel.Of)];
        var fitting = shown.TakeWhile(channel => (room -= channel.Measure()) >= 0).Count();
        return (shown, Math.Max(fitting, Math.Min(1, shown.Count)));
    }
}

internal sealed record ListChannelsArguments(int? Limit = null, string? Cursor = null);

internal sealed record ListChannelsResult(IReadOnlyList<ListedChannel> Data, string? NextCursor = null, string? Next = null);

/// <param name="Channel">Its id.</param>
/// <param name="IsMember">Whether this key created it or was let in; an open channel needs neither.</param>
internal sealed record ListedChannel(
    string Channel, string Name, string Mode, string Access, string? Description, string CreatedAt, bool IsMember)
{
    /// <summary>Of a claimable channel; null where they are not counted.</summary>
    public ShownCounts? Tasks { get; init; }

    private const int MaxDescriptionLength = 500;

    /// <summary>Bytes that it takes in a result, with the comma behind it.</summary>
    public int Measure() => JsonSize.Of(this, ResultsJsonContext.Default.ListedChannel) + 1;

    public static ListedChannel Of(ChannelSummary channel) => new(
        channel.Id,
        ShownText.Name(channel.Name) ?? "",
        channel.Mode,
        channel.Access,
        string.IsNullOrEmpty(channel.Description) ? null : ShownText.Clean(channel.Description, MaxDescriptionLength),
        channel.CreatedAt,
        channel.IsMember);
}
