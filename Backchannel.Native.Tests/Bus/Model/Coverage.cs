using System.Collections.Concurrent;
using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Model;

/// <summary>Which answers sequences have got: a check that never gets anywhere finds nothing.</summary>
internal sealed class Coverage
{
    private readonly ConcurrentDictionary<string, int> answers = [];

    /// <summary>How often each was got, such as <c>POST claim 409 already_claimed</c> or <c>POST ack 200 acknowledged</c>.</summary>
    public IReadOnlyDictionary<string, int> Answers => answers;

    public void Add(Operation request, BusAnswer answer)
    {
        var path = request.Path.Split('?')[0].Split('/');
        var verb = path[^1].All(letter => letter is (>= 'a' and <= 'z') or '-') ? path[^1] : path[^2];
        answers.AddOrUpdate($"{request.Method} {verb} {answer.Status} {Outcome(answer)}".TrimEnd(), 1, (_, times) => times + 1);
    }

    private static string Outcome(BusAnswer answer)
    {
        if (answer.Header("X-Idempotent-Replay") is not null)
        {
            return "replay";
        }

        if (answer.Body.Length == 0)
        {
            return "";
        }

        foreach (var member in (string[])["error", "status", "data", "claimed"])
        {
            if (answer.Json.TryGetProperty(member, out var value))
            {
                return value.ValueKind switch
                {
                    JsonValueKind.String => value.GetString()!,
                    JsonValueKind.Array => value.GetArrayLength() switch { 0 => "none", 1 => "one", _ => "some" },
                    JsonValueKind.Null => "nothing",
                    _ => "",
                };
            }
        }

        return "";
    }
}
