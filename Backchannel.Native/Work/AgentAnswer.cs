using System.Text;
using System.Text.Json;

namespace Backchannel.Native.Work;

/// <summary>What an agent host says at the end of a run, read from its JSON: one document, or one on each line.</summary>
/// <param name="Text">The answer; null: none was found.</param>
/// <param name="Session">The id under which the conversation can be continued; null: none was found.</param>
/// <param name="Fault">What the host reports as its own failure; null: none.</param>
internal sealed record AgentAnswer(string? Text, string? Session, string? Fault)
{
    private static readonly AgentAnswer Nothing = new(null, null, null);

    /// <param name="output">The end of the host's output, long enough for one document or the last lines.</param>
    public static AgentAnswer Read(byte[] output)
    {
        if (TryParse(output, out var whole))
        {
            using (whole)
            {
                return Nothing.With(whole.RootElement);
            }
        }

        var answer = Nothing;
        foreach (var range in output.AsSpan().Split((byte)'\n'))
        {
            if (TryParse(output.AsMemory()[range], out var line))
            {
                using (line)
                {
                    answer = answer.With(line.RootElement);
                }
            }
        }

        return answer;
    }

    /// <summary>Adds what one document says. Those of the hosts can be told apart by their members.</summary>
    private AgentAnswer With(JsonElement said) => Member(said, "type") switch
    {
        // Claude Code, Qwen Code; Copilot CLI names only its session there.
        "result" when IsTrue(said, "is_error") => this with
        {
            Session = Member(said, "session_id") ?? Session,
            Fault = Member(said, "result") ?? (Inner(said, "error") is { } error ? Member(error, "message") : null) ?? Member(said, "subtype") ?? "it gives no reason",
        },
        "result" when Member(said, "result") is { } result => new(result, Member(said, "session_id") ?? Session, null),
        "result" when Inner(said, "error") is { } error => this with { Session = Member(said, "session_id") ?? Session, Fault = Member(error, "message") ?? Fault },
        "result" => this with { Session = Member(said, "sessionId") ?? Member(said, "session_id") ?? Session },

        // Codex.
        "thread.started" => this with { Session = Member(said, "thread_id") },
        "item.completed" when Inner(said, "item") is { } item && Member(item, "type") == "agent_message" => this with { Text = Member(item, "text"), Fault = null },
        "turn.failed" when Inner(said, "error") is { } error => this with { Fault = Member(error, "message") },

        // opencode: a message comes in parts.
        "step_start" => this with { Text = null, Session = Member(said, "sessionID") ?? Session },
        "text" when Inner(said, "part") is { } part => this with { Text = Text + Member(part, "text"), Session = Member(said, "sessionID") ?? Session },
        "error" when Member(said, "sessionID") is { } session => this with { Session = session, Fault = OpenCodeFault(said) ?? Fault },

        // Copilot CLI.
        "assistant.message" when Inner(said, "data") is { } data && Member(data, "content") is { Length: > 0 } content => this with { Text = content },

        // Gemini CLI.
        null when said.ValueKind == JsonValueKind.Object => new(
            Member(said, "response") ?? Text,
            Member(said, "session_id") ?? Session,
            Inner(said, "error") is { } fault ? Member(fault, "message") : Fault),
        _ => this,
    };

    private static string? OpenCodeFault(JsonElement said) =>
        Inner(said, "error") is { } error ? (Inner(error, "data") is { } data ? Member(data, "message") : null) ?? Member(error, "name") : null;

    private static bool TryParse(ReadOnlyMemory<byte> json, out JsonDocument document)
    {
        document = null!;
        if (json.Span.TrimStart(" \r\n\t"u8) is not [(byte)'{', ..])
        {
            return false;
        }

        try
        {
            document = JsonDocument.Parse(json);
            return true;
        }
        catch (JsonException)
        {
            // A line that a tool of the agent printed.
            return false;
        }
    }

    private static string? Member(JsonElement said, string name) =>
        said.ValueKind == JsonValueKind.Object && said.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? Whole(value) : null;

    // An escaped half of a surrogate pair cannot be read as a string.
    private static string? Whole(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value.GetRawText().Trim('"')));
        }
    }

    private static JsonElement? Inner(JsonElement said, string name) =>
        said.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    private static bool IsTrue(JsonElement said, string name) => said.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}
