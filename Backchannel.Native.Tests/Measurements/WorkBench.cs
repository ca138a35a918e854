using System.Diagnostics;
using System.Globalization;
using Backchannel.Native.Tests.EndToEnd.Wake;
using Backchannel.Native.Tests.EndToEnd.Work;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>What a runner and a hook cost that have nothing to do, and how soon a runner acts, on the local bus.</summary>
internal static class WorkBench
{
    private const int Starts = 50;
    private const int Cancels = 10;
    private const int Hooks = 30;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    public static async IAsyncEnumerable<BenchRow> RunAsync(string executable)
    {
        Environment.SetEnvironmentVariable("BACKCHANNEL_TEST_EXECUTABLE", Path.GetFullPath(executable));
        using var home = new TemporaryHome();
        await using var poster = await AgentProcess.StartAsClientAsync("codex", home.Path, "poster", new Dictionary<string, string> { ["BACKCHANNEL_WAKE"] = "news" });
        await using (var runner = await RunnerProcess.StartAsync(home.Path, "starts", "--", "date", "+%s%N"))
        {
            foreach (var row in await IdleAsync(runner.Process))
            {
                yield return row;
            }

            var starts = new List<double>();
            for (var i = 0; i < Starts; i++)
            {
                var posted = TimeProvider.System.GetUtcNow();
                var result = await ResultAsync(poster, await PostAsync(poster, "starts"));
                var started = DateTimeOffset.UnixEpoch.AddTicks(long.Parse(result, CultureInfo.InvariantCulture) / TimeSpan.NanosecondsPerTick);
                starts.Add((started - posted).TotalMilliseconds);
            }

            // What the runs took is given back when nothing is left to do.
            await Task.Delay(Rest);
            yield return new($"the same after {Starts} tasks", Bench.Text(Usage(runner.Process).Memory / 1048576.0, "MiB"), "", null, "≤ 20 MiB");
            yield return new(
                $"from the call of `post_task` until an idle runner's command has started, median of {Starts}", Bench.Text(Bench.Median(starts), "ms"),
                $"most: {Bench.Text(starts.Max(), "ms")}", null, "≤ 100 ms");
        }

        yield return await CancelAsync(home, poster);
        yield return await HookAsync(home);
    }

    private static async Task<BenchRow[]> IdleAsync(Process runner)
    {
        // What the start still had to do is over.
        await Task.Delay(TimeSpan.FromSeconds(2));
        var (used, _) = Usage(runner);
        await Task.Delay(Rest);
        var (usedLater, memory) = Usage(runner);
        return
        [
            new("resident memory of an idle runner", Bench.Text(memory / 1048576.0, "MiB"), "", null, "≤ 20 MiB"),
            new(
                $"processor time of an idle runner in {Rest.TotalSeconds} s", Bench.Text((usedLater - used).TotalMilliseconds, "ms"),
                "one tick of the system's count: 10 ms", null, "0 %"),
        ];
    }

    private static (TimeSpan Processor, long Memory) Usage(Process process)
    {
        process.Refresh();
        return (process.TotalProcessorTime, process.WorkingSet64);
    }

    /// <summary>The command ignores SIGTERM, so that SIGKILL has to end it.</summary>
    private static async Task<BenchRow> CancelAsync(TemporaryHome home, AgentProcess poster)
    {
        var times = new List<double>();
        var number = Path.Combine(home.Path, "number");
        await using var runner = await RunnerProcess.StartAsync(
            home.Path, "cancels", "--", "sh", "-c", $"trap '' TERM; echo $$ > {number}.new; mv {number}.new {number}; while :; do sleep 1; done");
        for (var i = 0; i < Cancels; i++)
        {
            var id = await PostAsync(poster, "cancels");
            while (!File.Exists(number))
            {
                await Task.Delay(10);
            }

            var command = int.Parse(await File.ReadAllTextAsync(number), CultureInfo.InvariantCulture);
            File.Delete(number);
            var cancelled = Stopwatch.GetTimestamp();
            await poster.CallAsync("cancel_task", $$"""{"message_id":"{{id}}"}""");
            await RunningProcess.WaitForEndAsync(command);
            times.Add(Stopwatch.GetElapsedTime(cancelled).TotalMilliseconds);
        }

        return new(
            $"from the call of `cancel_task` until a command that ignores SIGTERM is gone, median of {Cancels}", Bench.Text(Bench.Median(times), "ms"),
            $"most: {Bench.Text(times.Max(), "ms")}", null, "≤ 3,000 ms");
    }

    private static async Task<BenchRow> HookAsync(TemporaryHome home)
    {
        const string Input = """{"hook_event_name":"Stop","turn_id":"t","stop_hook_active":false}""";
        var times = new List<double>();
        for (var i = 0; i < Hooks; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var run = await HookProcess.RunAsync(home.Path, Input, "codex");
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (run is not { ExitCode: 0, Output: "", Errors: "" })
            {
                throw new InvalidOperationException($"the hook had something to say: {run}");
            }
        }

        return new(
            $"a hook with nothing to say, from its start to its end, median of {Hooks}", Bench.Text(Bench.Median(times), "ms"),
            $"most: {Bench.Text(times.Max(), "ms")}", null, "≤ 50 ms");
    }

    private static async Task<string> PostAsync(AgentProcess poster, string channel) =>
        (await poster.CallAsync("post_task", $$"""{"channel":"{{channel}}","content":"x"}""")).Text("message_id");

    private static async Task<string> ResultAsync(AgentProcess poster, string id) =>
        (await poster.CallAsync("await_result", $$"""{"message_id":"{{id}}","timeout_seconds":20}""")).GetProperty("result").Text("content").Trim();
}
