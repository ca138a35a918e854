using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Lists the discoverable channels of the bus, newest first.</summary>
internal sealed class ListChannelsTool(BackchannelClient client)
    : BackchannelTool<ListChannelsArguments, ListChannelsResult>(
        client, static () => ToolsJsonContext.Readable.ListChannelsArguments, static () => ToolsJsonContext.Readable.ListChannelsResult)
{
    public override string Name => "list_channels";

    public override string Title => "List channels";

    public override string Description =>
        "List public channels, newest first, of all owners. Mode claimable: use claim_task; broadcast: use subscribe.";

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
            "limit": { "type": "integer", "minimum": 1, "maximum": 100, "default": 50 },
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
            "next_cursor": { "type": "string" }
          },
          "required": ["data"]
        }
        """u8;

    protected override async Task<ListChannelsResult> RunAsync(
        ListChannelsArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        var page = await bus.ListChannelsAsync(arguments.Limit, arguments.Cursor, cancellationToken);
        return new([.. page.Data.Select(ListedChannel.Of)], page.NextCursor);
    }
}

internal sealed record ListChannelsArguments(int? Limit = null, string? Cursor = null);

internal sealed record ListChannelsResult(IReadOnlyList<ListedChannel> Data, string? NextCursor = null);

/// <param name="Channel">Its id.</param>
/// <param name="IsMember">Whether this key created it or was let in; an open channel needs neither.</param>
internal sealed record ListedChannel(
    string Channel, string Name, string Mode, string Access, string? Description, string CreatedAt, bool IsMember)
{
    private const int MaxDescriptionLength = 500;

    public static ListedChannel Of(ChannelSummary channel) => new(
        channel.Id,
        ShownText.Name(channel.Name) ?? "",
        channel.Mode,
        channel.Access,
        string.IsNullOrEmpty(channel.Description) ? null : ShownText.Clean(channel.Description, MaxDescriptionLength),
        channel.CreatedAt,
        channel.IsMember);
}
