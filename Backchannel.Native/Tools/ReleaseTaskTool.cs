using Backchannel.Native.Client;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Tools;

/// <summary>Gives a claimed task back, so that another worker can take it at once.</summary>
internal sealed class ReleaseTaskTool(BackchannelClient client, HeldLeases held, string defaultActor)
    : BackchannelTool<ReleaseTaskArguments, ReleaseTaskResult>(
        client, static () => ToolsJsonContext.Readable.ReleaseTaskArguments, static () => ToolsJsonContext.Readable.ReleaseTaskResult)
{
    public override string Name => "release_task";

    public override string Title => "Give a task back";

    public override string Description =>
        "Give back a task you claimed but cannot finish, so another worker gets it at once.";

    public override ToolAnnotations Annotations { get; } = new()
    {
        ReadOnlyHint = false,
        DestructiveHint = false,
        IdempotentHint = false,
        OpenWorldHint = true,
    };

    public override ReadOnlySpan<byte> InputSchema => """
        {
          "type": "object",
          "properties": {
            "message_id": { "type": "string", "minLength": 1, "description": "The one that claim_task returned." },
            "actor": { "type": "string", "minLength": 1, "description": "Default: whoever claimed it here." }
          },
          "required": ["message_id"],
          "additionalProperties": false
        }
        """u8;

    public override ReadOnlySpan<byte> OutputSchema => """
        {
          "type": "object",
          "properties": { "status": { "enum": ["released"] }, "message_id": { "type": "string" } },
          "required": ["status", "message_id"]
        }
        """u8;

    protected override async Task<ReleaseTaskResult> RunAsync(
        ReleaseTaskArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        var actor = arguments.Actor ?? held.Find(arguments.MessageId)?.Actor.Id ?? defaultActor;
        var outcome = await bus.ReleaseAsync(arguments.MessageId, actor, cancellationToken);
        held.Forget(arguments.MessageId);
        return new(outcome.Status, arguments.MessageId);
    }
}

internal sealed record ReleaseTaskArguments(string MessageId, string? Actor = null);

internal sealed record ReleaseTaskResult(string Status, string MessageId);
