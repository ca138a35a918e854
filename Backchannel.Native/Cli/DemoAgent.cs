using System.Text.Json;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Cli;

/// <summary>One of the two agents of the demo; prints each of its calls.</summary>
internal sealed class DemoAgent(string name, ToolSession session, TextWriter output)
{
    /// <summary>The members of an answer that are printed, and the names they are printed under.</summary>
    private static readonly (string Name, string[] Path)[] PrintedMembers =
    [
        ("message_id", ["message_id"]), ("content", ["content"]), ("from", ["from", "label"]), ("lease_expires_at", ["lease_expires_at"]),
        ("status", ["status"]), ("question", ["question", "text"]), ("answer", ["answer", "text"]), ("reason", ["reason"]),
        ("acknowledged_by", ["acknowledged_by"]), ("result", ["result", "content"]),
    ];

    public async Task<JsonElement> CallAsync(
        string toolName, IReadOnlyList<(string Name, string Value)> arguments, CancellationToken cancellationToken)
    {
        var tool = session.Tools.Single(tool => tool.Name == toolName);
        string[] tokens = [.. arguments.Select(argument => $"--{argument.Name}={argument.Value}")];
        output.WriteLine(Line('→', toolName, arguments));

        var call = new ToolCall((message, _) => new(output.WriteLineAsync(Line('…', toolName, [("", message)]))), traceParent: null);
        var parameters = await CallArguments.ParseAsync(tool, tokens, static _ => throw new NotSupportedException());
        var result = await tool.CallAsync(parameters, call, cancellationToken);
        using var document = JsonDocument.Parse(result);
        var answer = document.RootElement.Clone();
        output.WriteLine(Line('←', toolName, PrintedMembers.Select(member => (member.Name, At(answer, member.Path))).Where(member => member.Item2.Length > 0)));
        return answer;
    }

    private string Line(char direction, string toolName, IEnumerable<(string Name, string Value)> members) =>
        $"{name,-8} {direction} {toolName,-13} {string.Join("  ", members.Select(Shown))}";

    private static string Shown((string Name, string Value) member) =>
        member.Name.Length == 0 ? member.Value
        : member.Value.Contains(' ', StringComparison.Ordinal) ? $"{member.Name}=\"{member.Value}\""
        : $"{member.Name}={member.Value}";

    private static string At(JsonElement answer, string[] path)
    {
        foreach (var step in path)
        {
            if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty(step, out answer))
            {
                return "";
            }
        }

        return answer.GetString() ?? "";
    }
}
