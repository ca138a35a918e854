using System.Text.Json;
using System.Text.Json.Nodes;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Model;

/// <summary>Compares the bus's answer with the model's.</summary>
internal static class AnswerComparison
{
    // Prose and what names the request: no matter of the model.
    private static readonly string[] OfErrorsOnly = ["message", "request_id", "documentation_url"];

    /// <returns>The first difference; null when there is none.</returns>
    public static string? Difference(Expected expected, BusAnswer answer)
    {
        if (answer.Status != expected.Status)
        {
            var wanted = expected.Status < 400 ? "" : expected.Body(default)!["error"]!.GetValue<string>();
            return $"status: {expected.Status} {wanted} expected";
        }

        var isRepetition = expected.Replay is not null || expected.IsRepeated;
        if ((answer.Header("X-Idempotent-Replay") is not null) != isRepetition)
        {
            return !isRepetition ? "the answer is a replay" : "the answer is no replay";
        }

        if (expected.Replay is { } kept)
        {
            return answer.Body == kept ? Deliveries(expected, answer) : $"the replay differs from the first answer: {kept}";
        }

        var body = expected.Body(answer.Body.Length > 0 ? answer.Json : default);
        return Bodies(body, answer) ?? Deliveries(expected, answer);
    }

    private static string? Deliveries(Expected expected, BusAnswer answer)
    {
        var wanted = expected.Deliveries()?.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return answer.Header("X-Backchannel-Deliveries") == wanted ? null : $"X-Backchannel-Deliveries: {wanted ?? "none"} expected";
    }

    private static string? Bodies(JsonNode? wanted, BusAnswer answer)
    {
        if (wanted is null || answer.Body.Length == 0)
        {
            return wanted is null && answer.Body.Length == 0 ? null : $"body: {wanted?.ToJsonString() ?? "none"} expected";
        }

        var actual = JsonNode.Parse(answer.Body)!;
        if (answer.Status >= 400)
        {
            foreach (var member in OfErrorsOnly)
            {
                if (!actual.AsObject().Remove(member) && wanted["error"]!.GetValue<string>() is not ("api_key_required" or "not_found"))
                {
                    return $"{member}: missing";
                }
            }
        }

        return Nodes(wanted, actual, "$");
    }

    private static string? Nodes(JsonNode? wanted, JsonNode? actual, string path)
    {
        switch (wanted, actual)
        {
            case (JsonObject one, JsonObject other):
                return one.Select(member => member.Key).Union(other.Select(member => member.Key))
                    .Select(name => one.ContainsKey(name) != other.ContainsKey(name)
                        ? $"{path}.{name}: {(other.ContainsKey(name) ? "not expected" : "missing")}"
                        : Nodes(one[name], other[name], $"{path}.{name}"))
                    .FirstOrDefault(difference => difference is not null);
            case (JsonArray one, JsonArray other) when one.Count == other.Count:
                return one.Select((item, index) => Nodes(item, other[index], $"{path}[{index}]")).FirstOrDefault(difference => difference is not null);
            case (JsonArray one, JsonArray other):
                return $"{path}: {one.Count} items expected, not {other.Count}: {one.ToJsonString()}";
            case (JsonValue one, JsonValue other) when one.GetValueKind() == JsonValueKind.String && one.GetValue<string>() == Expected.Any:
                return other.GetValueKind() == JsonValueKind.String ? null : $"{path}: a string expected";
            default:
                return JsonNode.DeepEquals(wanted, actual) ? null : $"{path}: {wanted?.ToJsonString() ?? "null"} expected";
        }
    }
}
