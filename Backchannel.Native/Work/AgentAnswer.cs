using System.Text;
using System.Text.Json;

namespace Backchannel.Native.Work;

/// <summary>What an agent host says at the end of a run, read from its JSON: documents of one line or several, or an array of them, between lines of anything else.</summary>
/// <param name="Text">The answer; null: none was found.</param>
/// <param name="Session">The id under which the conversation can be continued; null: none was found.</param>
/// <param name="Fault">What the host reports as its own failure; null: none.</param>
internal sealed record AgentAnswer(string? Text, string? Session, string? Fault)
{
    private const int TooManyRequests = 429;
    private const int ServerError = 500;

    private static readonly AgentAnswer Nothing = new(null, null, null);

    /// <summary>Whether the host said that it is done. Without that the answer may be what it said on the way.</summary>
    public bool IsLast { get; init; }

    /// <summary>Whether the failure may be over at the next attempt.</summary>
    public bool MayPass { get; init; }

    /// <param name="output">The end of the host's output, long enough for its last documents.</param>
    public static AgentAnswer Read(byte[] output)
    {
        var answer = Nothing;
        for (var start = 0; start < output.Length;)
        {
            if (TryParse(output.AsSpan(start), out var said, out var length))
            {
                using (said)
                {
                    answer = answer.WithAll(said.RootElement);
                }

                start += length;
            }
            else
            {
                var line = output.AsSpan(start).IndexOf((byte)'\n');
                start = line < 0 ? output.Length : start + line + 1;
            }
        }

        return answer;
    }

    private AgentAnswer WithAll(JsonElement said) =>
        said.ValueKind == JsonValueKind.Array ? said.EnumerateArray().Aggregate(this, static (answer, one) => answer.With(one)) : With(said);

    /// <summary>Adds what one document says. Those of the hosts can be told apart by their members.</summary>
    private AgentAnswer With(JsonElement said) => Member(said, "type") switch
    {
        // Claude Code, Qwen Code; Copilot CLI names only its session there.
        "result" => WithResult(said) with { Session = Member(said, "sessionId") ?? Member(said, "session_id") ?? Session, IsLast = true },

        // Codex.
        "thread.started" => this with { Session = Member(said, "thread_id") },
        "item.completed" when Inner(said, "item") is { } item && Member(item, "type") == "agent_message" => this with { Text = Member(item, "text"), Fault = null },
        "turn.completed" => this with { IsLast = true },
        "turn.failed" when Inner(said, "error") is { } error => this with { Fault = Member(error, "message") },

        // opencode: a message comes in parts.
        "step_start" => this with { Text = null, Session = Member(said, "sessionID") ?? Session, IsLast = false },
        "text" when Inner(said, "part") is { } part => this with { Text = Text + Member(part, "text"), Session = Member(said, "sessionID") ?? Session },
        "step_finish" => this with { IsLast = true },
        "error" when Member(said, "sessionID") is { } session => this with { Session = session, Fault = OpenCodeFault(said) ?? Fault },

        // Copilot CLI.
        "assistant.message" when Inner(said, "data") is { } data && Member(data, "content") is { Length: > 0 } content => this with { Text = content },

        // Gemini CLI.
        null when said.ValueKind == JsonValueKind.Object => this with
        {
            Text = Member(said, "response") ?? Text,
            Session = Member(said, "session_id") ?? Session,
            Fault = Inner(said, "error") is { } fault ? Member(fault, "message") : Fault,
            IsLast = IsLast || Member(said, "response") is not null,
        },
        _ => this,
    };

    private AgentAnswer WithResult(JsonElement said)
    {
        var kind = Member(said, "subtype");
        var reason = Inner(said, "error") is { } error ? Member(error, "message") : null;
        if (IsTrue(said, "is_error") || kind?.StartsWith("error", StringComparison.Ordinal) == true)
        {
            return this with
            {
                Text = null,
                Fault = Member(said, "result") ?? reason ?? FirstOf(said, "errors") ?? (kind is null ? "it gives no reason" : $"it ended early ({kind})"),
                MayPass = kind == "error_during_execution" || Number(said, "api_error_status") is TooManyRequests or >= ServerError,
            };
        }

        return Member(said, "result") is { } result ? this with { Text = result, Fault = null }
            : reason is null ? this
            : this with { Fault = reason };
    }

    private static string? OpenCodeFault(JsonElement said) =>
        Inner(said, "error") is { } error ? (Inner(error, "data") is { } data ? Member(data, "message") : null) ?? Member(error, "name") : null;

    /// <summary>Reads a document that begins here and fills its lines.</summary>
    /// <param name="length">Up to the end of its last line.</param>
    private static bool TryParse(ReadOnlySpan<byte> json, out JsonDocument document, out int length)
    {
        (document, length) = (null!, 0);

        // An indented one is part of a document whose beginning is missing, and anybody may have written it.
        if (json is not [(byte)'{' or (byte)'[', ..])
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(json);
            var read = JsonDocument.ParseValue(ref reader);
            length = (int)reader.BytesConsumed;
            var rest = json[length..];
            var line = rest.IndexOf((byte)'\n');
            if (!(line < 0 ? rest : rest[..line]).Trim(" \r\t"u8).IsEmpty)
            {
                read.Dispose();
                return false;
            }

            document = read;
            return true;
        }
        catch (JsonException)
        {
            // A line that a tool of the agent printed.
            return false;
        }
    }

    private static string? FirstOf(JsonElement said, string name) =>
        said.TryGetProperty(name, out var values) && values.ValueKind == JsonValueKind.Array
            ? values.EnumerateArray().Where(static value => value.ValueKind == JsonValueKind.String).Select(Whole).FirstOrDefault()
            : null;

    private static int Number(JsonElement said, string name) =>
        said.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : 0;

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
