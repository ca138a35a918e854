using System.Text.Json.Serialization.Metadata;
using Backchannel.Native.Client;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Tools;

/// <summary>What <c>post_task</c> and <c>broadcast</c> share: result and hints.</summary>
internal abstract class PostingTool<TArguments>(BackchannelClient client, Func<JsonTypeInfo<TArguments>> argumentsType)
    : BackchannelTool<TArguments, PostResult>(client, argumentsType, static () => ResultsJsonContext.Default.PostResult)
{
    public override ToolAnnotations Annotations => ToolAnnotations.Change;

    public override ReadOnlySpan<byte> OutputSchema => """
        {
          "type": "object",
          "properties": {
            "channel": {},
            "message_id": {},
            "created_at": {},
            "expires_at": {},
            "status": { "enum": ["waiting", "failed"] },
            "owner": {},
            "note": {},
            "next": {}
          },
          "required": ["channel", "message_id"]
        }
        """u8;
}
