using System.Buffers;
using System.Net.Http;
using System.Text;
using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Support.Recordings;

/// <summary>Replays a recorded scenario over real HTTP, exactly: field sets, values, types, formats of ids and times.</summary>
/// <param name="mayDiffer">Names of the steps whose answer differs on purpose.</param>
internal sealed class WireReplay(TestBus bus, FakeTimeProvider? time, IReadOnlySet<string> mayDiffer)
{
    private static readonly string[] MustBeAbsent = ["X-Idempotent-Replay", "Retry-After", "Deprecation", "Sunset"];

    private readonly WireNames names = new() { ["run"] = $"w{Guid.NewGuid():N}"[..11], ["base"] = bus.BaseUrl };
    private readonly List<(JsonElement Step, Task<WireAnswer> Answer)> background = [];
    private readonly List<string> problems = [];

    /// <summary>What did not match, one line each.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(JsonElement steps)
    {
        foreach (var step in steps.EnumerateArray())
        {
            if (step.TryGetProperty("wait_seconds", out var wait))
            {
                (time ?? throw new InvalidOperationException("A scenario that waits needs a clock to advance.")).Advance(TimeSpan.FromSeconds(wait.GetDouble()));
            }

            await RunStepAsync(step);
        }

        return problems;
    }

    private async Task RunStepAsync(JsonElement step)
    {
        if (step.TryGetProperty("background", out _))
        {
            background.Add((step, SendAsync(step.GetProperty("request"), step)));
            return;
        }

        if (step.TryGetProperty("parallel", out var parallel))
        {
            var answers = await Task.WhenAll(parallel.EnumerateArray().Select(request => Task.Run(() => SendAsync(request, step))));
            var want = step.GetProperty("statuses").EnumerateArray().Select(status => status.GetInt32()).Order();
            if (!want.SequenceEqual(answers.Select(answer => answer.Status).Order()))
            {
                problems.Add($"{Name(step)}: statuses {string.Join(' ', answers.Select(answer => answer.Status))}");
            }

            return;
        }

        Check(step, await SendAsync(step.GetProperty("request"), step));
        foreach (var (earlier, answer) in background)
        {
            Check(earlier, await answer);
        }

        background.Clear();
    }

    private async Task<WireAnswer> SendAsync(JsonElement request, JsonElement step)
    {
        var path = names.Fill(request.GetProperty("path").GetString()!, inPath: true);
        using var message = new HttpRequestMessage(new HttpMethod(request.GetProperty("method").GetString()!), bus.BaseUrl + AwaitSweep(path, step));
        message.Content = Body(request);
        if (request.TryGetProperty("headers", out var headers))
        {
            foreach (var header in headers.EnumerateObject())
            {
                var value = names.Fill(header.Value.GetString()!);
                if (!header.Name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
                {
                    message.Headers.TryAddWithoutValidation(header.Name, value);
                }
                else if (message.Content is { } content)
                {
                    content.Headers.Remove(header.Name);
                    content.Headers.TryAddWithoutValidation(header.Name, value);
                }
            }
        }

        using var response = await bus.Http.SendAsync(message);
        return new WireAnswer(
            (int)response.StatusCode,
            response.Headers.Concat(response.Content.Headers).ToDictionary(
                header => header.Key,
                header => string.Join(", ", header.Value),
                StringComparer.OrdinalIgnoreCase),
            await response.Content.ReadAsByteArrayAsync());
    }

    /// <summary>Repeats a listing until maintenance has run: its clock is not the machine's, so nothing else shows when it has.</summary>
    private static string AwaitSweep(string path, JsonElement step) =>
        step.TryGetProperty("wait_seconds", out _) && path.Contains("/messages?", StringComparison.Ordinal)
            && step.GetProperty("response").GetProperty("body").GetProperty("data").GetArrayLength() > 0
            ? path + "&wait=20"
            : path;

    private ByteArrayContent? Body(JsonElement request)
    {
        if (request.TryGetProperty("body", out var body))
        {
            var buffer = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                names.Fill(body, writer);
            }

            return new ByteArrayContent(buffer.WrittenSpan.ToArray());
        }

        return request.TryGetProperty("body_text", out var text) ? new ByteArrayContent(Encoding.UTF8.GetBytes(names.Fill(text.GetString()!)))
            : request.TryGetProperty("body_hex", out var hex) ? new ByteArrayContent(Convert.FromHexString(hex.GetString()!))
            : null;
    }

    private void Check(JsonElement step, WireAnswer answer)
    {
        if (mayDiffer.Contains(Name(step)))
        {
            return;
        }

        var comparison = new WireComparison(names);
        var want = step.GetProperty("response");
        if (want.GetProperty("status").GetInt32() != answer.Status)
        {
            comparison.Fail("status", $"expected {want.GetProperty("status")}, got {answer.Status} {answer.Text}");
        }
        else
        {
            CheckBody(want, answer, comparison);
            CheckHeaders(want, answer, comparison);
        }

        problems.AddRange(comparison.Problems.Select(problem => $"{Name(step)}: {problem}"));
    }

    private static void CheckBody(JsonElement want, WireAnswer answer, WireComparison comparison)
    {
        if (!want.TryGetProperty("body", out var body))
        {
            return;
        }

        if (body.ValueKind == JsonValueKind.Null)
        {
            if (answer.Body.Length > 0)
            {
                comparison.Fail("body", $"expected none, got {answer.Text}");
            }
        }
        else if (body.ValueKind == JsonValueKind.String)
        {
            comparison.CompareText(body.GetString()!, answer.Text, "body");
        }
        else
        {
            using var document = JsonDocument.Parse(answer.Body);
            comparison.Compare(body, document.RootElement, "body");
        }
    }

    private static void CheckHeaders(JsonElement want, WireAnswer answer, WireComparison comparison)
    {
        var recorded = want.TryGetProperty("headers", out var headers)
            ? headers.EnumerateObject().ToDictionary(header => header.Name, header => header.Value.GetString()!, StringComparer.OrdinalIgnoreCase)
            : [];
        foreach (var (name, value) in recorded)
        {
            if (answer.Headers.TryGetValue(name, out var got))
            {
                comparison.CompareText(value, got, $"header {name}");
            }
            else
            {
                comparison.Fail($"header {name}", "missing");
            }
        }

        var limited = recorded.Keys.Any(name => name.StartsWith("X-RateLimit", StringComparison.OrdinalIgnoreCase));
        foreach (var name in limited ? [.. MustBeAbsent, "X-RateLimit-Remaining"] : MustBeAbsent)
        {
            if (!recorded.ContainsKey(name) && answer.Headers.TryGetValue(name, out var got))
            {
                comparison.Fail($"header {name}", $"unexpected: {got}");
            }
        }
    }

    private static string Name(JsonElement step) => step.GetProperty("name").GetString()!;
}
