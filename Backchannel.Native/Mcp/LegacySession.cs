using System.Text.Json;
using Backchannel.Native.JsonRpc;
using Backchannel.Native.Text;

namespace Backchannel.Native.Mcp;

/// <summary>The versions with a handshake: what was negotiated, and their methods.</summary>
internal sealed class LegacySession(Implementation serverInfo, string instructions, ToolList toolList, ToolCalls toolCalls, PromptMethods prompts)
{
    private static readonly ReadOnlyMemory<byte> Empty = "{}"u8.ToArray();

    private readonly SessionLog log = new();
    private SessionRoots? roots;

    /// <summary>Null before the handshake, and where it gives no name.</summary>
    public string? ClientName { get; private set; }

    /// <summary>Null before the handshake.</summary>
    public ProtocolVersion? Negotiated { get; private set; }

    /// <summary>Negotiates; a later handshake replaces the earlier one.</summary>
    /// <exception cref="JsonRpcException">A member that must be there is missing or of the wrong type.</exception>
    public JsonRpcReply Initialize(in JsonRpcMessage request)
    {
        if (request.IsBatched)
        {
            throw new JsonRpcException(JsonRpcErrorCode.InvalidRequest, "initialize must not be part of a batch.");
        }

        var requested = JsonMember.Find(request.Params, "protocolVersion");
        Require(requested.IsString, "initialize needs the string protocolVersion.");
        var capabilities = JsonMember.Find(request.Params, "capabilities");
        Require(capabilities.IsObject, "initialize needs the object capabilities.");
        var clientInfo = JsonMember.Find(request.Params, "clientInfo");
        Require(clientInfo.IsObject || !clientInfo.Exists, "The clientInfo of initialize must be an object.");

        var version = ProtocolVersions.Negotiate(requested.Text);
        Negotiated = version;
        var declared = JsonMember.Find(capabilities.Value, "roots");
        roots = declared.IsObject ? new SessionRoots(JsonMember.Find(declared.Value, "listChanged").Type is JsonTokenType.True) : null;
        ClientName = clientInfo.IsObject ? JsonMember.Find(clientInfo.Value, "name").Text : null;
        return JsonRpcReply.Now(ReadableJson.Write(json => InitializeResult.Write(json, version, serverInfo, instructions)));
    }

    public void ForgetRoots() => roots?.Forget();

    public static JsonRpcReply Ping() => JsonRpcReply.Now(Empty);

    /// <exception cref="JsonRpcException">No such method, or its parameters are wrong.</exception>
    public JsonRpcReply Handle(string method, in RequestParams requestParams, RequestMeta meta, ProtocolVersion version) =>
        method switch
        {
            McpMethods.Ping => Ping(),
            McpMethods.SetLoggingLevel => SetLoggingLevel(requestParams),
            McpMethods.ListTools => toolList.Reply(requestParams, version),
            McpMethods.CallTool => toolCalls.Start(requestParams, meta, version, log, ClientName, roots),
            McpMethods.ListPrompts => prompts.List(requestParams, version),
            McpMethods.GetPrompt => prompts.Get(requestParams, version),
            McpMethods.Complete => prompts.Complete(requestParams, version),
            _ => throw McpErrors.MethodNotFound(method),
        };

    private JsonRpcReply SetLoggingLevel(in RequestParams requestParams)
    {
        var level = LoggingLevels.Parse(requestParams.Find("level").Text)
            ?? throw McpErrors.UnknownLoggingLevel();
        log.SendFrom(level);
        return JsonRpcReply.Now(Empty);
    }

    private static void Require(bool isGiven, string message)
    {
        if (!isGiven)
        {
            throw new JsonRpcException(JsonRpcErrorCode.InvalidParams, message);
        }
    }
}
