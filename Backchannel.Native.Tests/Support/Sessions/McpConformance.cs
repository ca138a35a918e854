using System.Text.Json;

namespace Backchannel.Native.Tests.Support.Sessions;

/// <summary>Checks every message a server sends against the schema of the version it is in, and the rules schemas cannot say.</summary>
internal sealed class McpConformance
{
    private const string Modern = "2026-07-28";

    private static readonly string[] ModernOnly = ["resultType", "ttlMs", "cacheScope", "supportedVersions", "_meta"];

    private readonly Dictionary<string, (string Method, bool IsModern)> asked = [];
    private readonly HashSet<string> askedWithRoots = [];
    private readonly HashSet<string> askedWithTasks = [];
    private string? negotiated;
    private bool rootsAreDeclared;

    /// <summary>Remembers what a line asks, if it is a request.</summary>
    public void Sent(string line)
    {
        JsonElement message;
        try
        {
            message = JsonElement.Parse(line, new JsonDocumentOptions { MaxDepth = 1000 });
        }
        catch (JsonException)
        {
            return;
        }

        foreach (var member in message.ValueKind is JsonValueKind.Array ? [.. message.EnumerateArray()] : new[] { message })
        {
            if (member.ValueKind is JsonValueKind.Object
                && member.TryGetProperty("id", out var id)
                && member.TryGetProperty("method", out var method)
                && method.ValueKind is JsonValueKind.String)
            {
                asked[id.GetRawText()] = (method.GetRawText().Trim('"'), IsModern(member));
                if (member.GetRawText().Contains("\"extensions\":{\"io.modelcontextprotocol/tasks\":{}", StringComparison.Ordinal))
                {
                    askedWithTasks.Add(id.GetRawText());
                }

                if (DeclaresRoots(member))
                {
                    askedWithRoots.Add(id.GetRawText());
                }
            }
        }
    }

    public void Received(JsonElement message)
    {
        if (message.ValueKind is JsonValueKind.Array)
        {
            Assert.Equal("2025-03-26", negotiated);
            Assert.NotEqual(0, message.GetArrayLength());
            foreach (var member in message.EnumerateArray())
            {
                Received(member);
            }

            return;
        }

        // RPC-13: no further members.
        var names = message.EnumerateObject().Select(member => member.Name).ToList();
        Assert.Equal(names.Count, names.Distinct().Count());
        if (message.TryGetProperty("method", out var method))
        {
            if (names.Contains("id"))
            {
                // RPC-15: roots/list is all that this server asks, and only of a client that has declared it.
                Assert.Equal(["jsonrpc", "id", "method"], names);
                Assert.True(rootsAreDeclared);
                McpSchema.Of(negotiated!).Check("ListRootsRequest", message.GetRawText());
                return;
            }

            Assert.Equal(["jsonrpc", "method", "params"], names);
            if (method.GetString() == "notifications/tasks")
            {
                TaskConformance.CheckNotification(message.GetProperty("params"));
                return;
            }

            CheckNotification(method.GetString()!, message.GetRawText());
        }
        else if (message.TryGetProperty("result", out var result))
        {
            Assert.Equal(["jsonrpc", "id", "result"], names);
            CheckResult(message, result);
        }
        else
        {
            Assert.Equal(names.Contains("id") ? ["jsonrpc", "id", "error"] : ["jsonrpc", "error"], names);
            CheckError(message);
        }
    }

    private static bool IsModern(JsonElement message) =>
        message.TryGetProperty("params", out var parameters)
        && parameters.ValueKind is JsonValueKind.Object
        && parameters.TryGetProperty("_meta", out var meta)
        && meta.ValueKind is JsonValueKind.Object
        && meta.EnumerateObject().Any(member => member.Name is
            "io.modelcontextprotocol/protocolVersion" or "io.modelcontextprotocol/clientCapabilities" or "io.modelcontextprotocol/clientInfo");

    private static bool DeclaresRoots(JsonElement message) =>
        message.TryGetProperty("params", out var parameters)
        && parameters.ValueKind is JsonValueKind.Object
        && (parameters.TryGetProperty("capabilities", out var capabilities)
            || (parameters.TryGetProperty("_meta", out var meta)
                && meta.ValueKind is JsonValueKind.Object
                && meta.TryGetProperty("io.modelcontextprotocol/clientCapabilities", out capabilities)))
        && capabilities.ValueKind is JsonValueKind.Object
        && capabilities.TryGetProperty("roots", out var roots)
        && roots.ValueKind is JsonValueKind.Object;

    private void CheckNotification(string method, string json)
    {
        var definition = method switch
        {
            "notifications/progress" => "ProgressNotification",
            "notifications/cancelled" => "CancelledNotification",
            "notifications/message" => "LoggingMessageNotification",
            "notifications/subscriptions/acknowledged" => "SubscriptionsAcknowledgedNotification",
            _ => throw new InvalidOperationException($"A server does not send {method}."),
        };
        var isModern = definition.StartsWith("Subscriptions", StringComparison.Ordinal);
        McpSchema.Of(isModern || negotiated is null ? Modern : negotiated).Check(definition, json);
    }

    private void CheckResult(JsonElement message, JsonElement result)
    {
        var id = message.GetProperty("id").GetRawText();
        Assert.True(asked.TryGetValue(id, out var request), $"Nobody asked: {message.GetRawText()}");
        if (request.Method == "initialize")
        {
            negotiated = result.GetProperty("protocolVersion").GetString()!;
            rootsAreDeclared = askedWithRoots.Contains(id);
        }

        var version = request.IsModern ? Modern : negotiated ?? "2025-11-25";
        var schema = McpSchema.Of(version);
        schema.Check(schema.Defines("JSONRPCResultResponse") ? "JSONRPCResultResponse" : "JSONRPCResponse", message.GetRawText());
        if (request.IsModern && TaskConformance.IsAbout(request.Method, result))
        {
            // TASK-01
            Assert.Contains(id, askedWithTasks);
            TaskConformance.Check(request.Method, result);
            return;
        }

        var isQuestion = request is { IsModern: true, Method: "tools/call" } && result.GetProperty("resultType").GetString() == "input_required";
        schema.Check(isQuestion ? "InputRequiredResult" : ResultDefinition(request.Method), result.GetRawText());
        if (!request.IsModern)
        {
            // LEG-11
            Assert.DoesNotContain(result.EnumerateObject(), member => ModernOnly.Contains(member.Name));
        }
        else
        {
            // MOD-02, MOD-07
            Assert.Equal(isQuestion ? "input_required" : "complete", result.GetProperty("resultType").GetString());

            // TOOL-12
            Assert.True(!isQuestion || askedWithRoots.Contains(id));
            var server = result.GetProperty("_meta").GetProperty("io.modelcontextprotocol/serverInfo");
            McpSchema.Of(Modern).Check("Implementation", server.GetRawText());
        }
    }

    private static string ResultDefinition(string method) => method switch
    {
        "initialize" => "InitializeResult",
        "ping" or "logging/setLevel" => "EmptyResult",
        "tools/list" => "ListToolsResult",
        "tools/call" => "CallToolResult",
        "prompts/list" => "ListPromptsResult",
        "prompts/get" => "GetPromptResult",
        "completion/complete" => "CompleteResult",
        "server/discover" => "DiscoverResult",
        "subscriptions/listen" => "SubscriptionsListenResult",
        _ => throw new InvalidOperationException($"No result belongs to {method}."),
    };

    private void CheckError(JsonElement message)
    {
        var isModern = false;
        var hasId = message.TryGetProperty("id", out var id);
        if (hasId && id.ValueKind is not JsonValueKind.Null)
        {
            isModern = asked.TryGetValue(id.GetRawText(), out var request) && request.IsModern;
        }
        else
        {
            // RPC-02: an unreadable id is null up to 2025-06-18 and left out from then on, as before any negotiation.
            Assert.Equal(negotiated is "2024-11-05" or "2025-03-26" or "2025-06-18", hasId);
        }

        var code = message.GetProperty("error").GetProperty("code").GetInt32();
        Assert.Contains(code, new[] { -32700, -32600, -32601, -32602, -32603, -32021, -32022 });
        Assert.InRange(message.GetProperty("error").GetProperty("message").GetString()!.Length, 1, 300);
        var schema = McpSchema.Of(isModern ? Modern : negotiated ?? "2025-11-25");
        if (code == -32021)
        {
            // MOD-13, TASK-02
            Assert.Equal(McpSession.TakesTasks, message.GetProperty("error").GetProperty("data").GetProperty("requiredCapabilities").GetRawText());
            McpSchema.Of(Modern).Check("MissingRequiredClientCapabilityError", message.GetRawText());
        }
        else if (code == -32022)
        {
            McpSchema.Of(Modern).Check("UnsupportedProtocolVersionError", message.GetRawText());
        }
        else if (schema.Defines("JSONRPCErrorResponse"))
        {
            schema.Check("JSONRPCErrorResponse", message.GetRawText());
        }
        else if (hasId && id.ValueKind is not JsonValueKind.Null)
        {
            // These versions have no form for an error without a readable id.
            schema.Check("JSONRPCError", message.GetRawText());
        }
    }
}
