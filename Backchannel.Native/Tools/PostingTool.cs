using Backchannel.Native.Client;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Tools;

/// <summary>What <c>post_task</c> and <c>broadcast</c> share: arguments, result and hints.</summary>
internal abstract class PostingTool(BackchannelClient client)
    : BackchannelTool<PostArguments, PostResult>(
        client, static () => ToolsJsonContext.Readable.PostArguments, static () => ToolsJsonContext.Readable.PostResult)
{
    public override ToolAnnotations Annotations { get; } = new()
    {
        ReadOnlyHint = false,
        DestructiveHint = false,
        IdempotentHint = false,
        OpenWorldHint = true,
    };

    public override ReadOnlySpan<byte> OutputSchema => """
        {
          "type": "object",
          "properties": {
            "channel": { "type": "string" },
            "message_id": { "type": "string" },
            "created_at": { "type": "string" },
            "expires_at": { "type": "string" },
            "owner": { "type": "string" },
            "next": { "type": "string" }
          },
          "required": ["channel", "message_id", "created_at", "expires_at"]
        }
        """u8;
}
