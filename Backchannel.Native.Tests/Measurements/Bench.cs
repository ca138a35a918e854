using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>The figures a stdio session has to reach, measured on the published file.</summary>
internal static class Bench
{
    private const string Initialize =
        """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}""";

    private const string ListTools = """{"jsonrpc":"2.0","id":2,"method":"tools/list"}""";

    /// <param name="executable">The published file for this machine.</param>
    /// <param name="staticFile">The static file, measured beside it; null where it was not made.</param>
    public static async IAsyncEnumerable<BenchRow> RunAsync(string executable, string? staticFile)
    {
        var home = Directory.CreateTempSubdirectory("bench-").FullName;
        try
        {
            var environment = new Dictionary<string, string>
            {
                ["HOME"] = home,
                ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "",
                ["BACKCHANNEL_BASE_URL"] = "local",
                ["BACKCHANNEL_MCP_LOG"] = "WARNING",
            };
            foreach (var row in Start(executable, staticFile, environment))
            {
                yield return row;
            }

            yield return RoundTrips(executable, environment);
            foreach (var row in Memory(executable, staticFile, environment))
            {
                yield return row;
            }

            yield return Surface(executable, environment);
            foreach (var row in Size(executable, staticFile))
            {
                yield return row;
            }

            foreach (var row in await HandoffBench.RunAsync(executable, environment))
            {
                yield return row;
            }
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    internal static LineProcess StartSession(string executable, IReadOnlyDictionary<string, string> environment)
    {
        var session = new LineProcess(executable, environment);
        session.Exchange(Initialize);
        return session;
    }

    internal static string Text(double value, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{value:0.##} {unit}");

    internal static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private static IEnumerable<BenchRow> Start(string executable, string? staticFile, Dictionary<string, string> environment)
    {
        var ours = new List<double>();
        var ofStatic = new List<double>();
        var ofLoop = new List<double>();
        var cat = new List<double>();
        var loop = BareLoopProgram.Publish();
        for (var i = 0; i < 100; i++)
        {
            cat.Add(TimeToFirstAnswer("cat", environment));
            ofLoop.Add(TimeToFirstAnswer(loop, environment));
            ours.Add(TimeToFirstAnswer(executable, environment));
            if (staticFile is not null)
            {
                ofStatic.Add(TimeToFirstAnswer(staticFile, environment));
            }
        }

        yield return new(
            "process start to the answer of `initialize`, median of 100",
            Text(Median(ours), "ms"),
            $"a native .NET program with one fixed answer: {Text(Median(ofLoop), "ms")}",
            Median(ours) / Median(ofLoop),
            "≤ 4 ms, or ≤ 2.6 times as long");
        yield return new("that program", Text(Median(ofLoop), "ms"), $"`cat` answering its first line: {Text(Median(cat), "ms")}", Median(ofLoop) / Median(cat), "");
        yield return OfStatic(staticFile, "start", () => Median(ofStatic), Median(ours), "ms", "≤ 4 ms");
    }

    /// <summary>The static file beside the dynamic one of the same run.</summary>
    private static BenchRow OfStatic(string? staticFile, string what, Func<double> measured, double ofDynamic, string unit, string wanted) => staticFile is null
        ? new($"the same of the static file: {what}", "not measured: it cannot be made on this machine", "", null, wanted)
        : new($"the same of the static file: {what}", Text(measured(), unit), $"the dynamic one: {Text(ofDynamic, unit)}", measured() / ofDynamic, wanted);

    private static double TimeToFirstAnswer(string executable, Dictionary<string, string> environment)
    {
        var clock = Stopwatch.StartNew();
        using var process = new LineProcess(executable, environment);
        process.Exchange(Initialize);
        return clock.Elapsed.TotalMilliseconds;
    }

    private static BenchRow RoundTrips(string executable, Dictionary<string, string> environment)
    {
        const string What = "`tools/list`, one at a time, median of 9 rounds";
        const string Wanted = "≥ 0.9 of the floor";
        using var session = StartSession(executable, environment);
        session.Exchange(ListTools);
        var request = Encoding.UTF8.GetBytes(ListTools + "\n");
        if (CProgram.Obstacle is { } obstacle)
        {
            return new(What, Text(Median(Rounds(() => PerSecond(session, request))), "per s"), $"no floor: {obstacle}", null, Wanted);
        }

        using var floor = AnsweringFloor.Start(environment["HOME"], session.Exchange(request), environment);
        var ours = new List<double>();
        var theirs = Rounds(() =>
        {
            ours.Add(PerSecond(session, request));
            return PerSecond(floor, request);
        });
        return new(
            What,
            Text(Median(ours), "per s"),
            $"a C program that answers with the same bytes: {Text(Median(theirs), "per s")}",
            Median(ours) / Median(theirs),
            Wanted);
    }

    private static List<double> Rounds(Func<double> measure) => [.. Enumerable.Range(0, 9).Select(_ => measure())];

    private static double PerSecond(LineProcess process, byte[] request)
    {
        var count = 0;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(0.5))
        {
            process.Exchange(request);
            count++;
        }

        return count / clock.Elapsed.TotalSeconds;
    }

    private static IEnumerable<BenchRow> Memory(string executable, string? staticFile, Dictionary<string, string> environment)
    {
        var ours = Peak(executable, environment);
        yield return new("peak resident memory after `initialize` and `tools/list`, median of 11", Text(ours, "MiB"), "", null, "≤ 9 MiB");
        var ofStatic = staticFile is null ? 0 : Peak(staticFile, environment);
        yield return OfStatic(staticFile, "memory", () => ofStatic, ours, "MiB", "≤ 9 MiB");
    }

    /// <summary>MiB.</summary>
    private static double Peak(string executable, Dictionary<string, string> environment)
    {
        var peaks = new List<double>();
        for (var i = 0; i < 11; i++)
        {
            using var session = StartSession(executable, environment);
            session.Exchange(ListTools);
            peaks.Add(session.PeakMemory() / 1048576.0);
        }

        return Median(peaks);
    }

    private static BenchRow Surface(string executable, Dictionary<string, string> environment)
    {
        using var session = StartSession(executable, environment);
        using var answer = JsonDocument.Parse(session.Exchange(ListTools));
        var result = answer.RootElement.GetProperty("result");
        var read = result.GetProperty("tools").EnumerateArray().Sum(tool =>
            Bytes(tool.GetProperty("name")) + Bytes(tool.GetProperty("description")) + Bytes(tool.GetProperty("inputSchema")));
        return new(
            "what a model reads of all tools (names, descriptions, input schemas)",
            $"{read:N0} bytes",
            $"the whole of `tools/list`: {Bytes(result):N0} bytes",
            read / (double)Bytes(result),
            "≤ 9,000 of ≤ 14,000 bytes");
    }

    private static int Bytes(JsonElement element) => Encoding.UTF8.GetByteCount(element.GetRawText());

    private static IEnumerable<BenchRow> Size(string executable, string? staticFile)
    {
        var ours = Megabytes(executable);
        yield return new("the executable", Text(ours, "MB"), "", null, "");
        yield return OfStatic(staticFile, "size", () => Megabytes(staticFile!), ours, "MB", "≤ 24.2 MB on x64");
    }

    private static double Megabytes(string file) => new FileInfo(file).Length / 1e6;
}
