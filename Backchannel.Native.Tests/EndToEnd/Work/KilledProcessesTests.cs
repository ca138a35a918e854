using System.Diagnostics;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Pace;
using Xunit.Abstractions;

namespace Backchannel.Native.Tests.EndToEnd.Work;

/// <summary>Runners, commands and what these started are killed at random: each task has one result, and nothing is left running.</summary>
[Collection(Soak.Name)]
[Trait(Soak.Name, Soak.Value)]
public sealed class KilledProcessesTests(ITestOutputHelper output) : IDisposable
{
    private const int Runners = 3;

    /// <summary>Then the rest is left in peace: a task that is tried alone would be hit again and again.</summary>
    private const int MostKills = 150;

    /// <summary>Starts a child in its group and one that leaves it, works for a moment, and answers with the task's number.</summary>
    private const string Command = "sleep 600 & (setsid sleep 600 &); sleep 1; exec cat";

    private readonly TemporaryHome home = new();
    private readonly List<RunnerProcess> runners = [];
    private int killed;

    public void Dispose() => home.Dispose();

    [SoakFact("kills runners and commands at random, and waits for the pauses before the next attempts")]
    public async Task Each_task_has_one_result_and_no_process_is_left()
    {
        await using var bus = await TestBus.StartAsync();
        await using var poster = new ToolAgent(new Uri(bus.BaseUrl), "owner", home.KeyFolder);
        var random = new Random(Soak.Seed(output));
        var tasks = Soak.Times(12, 100);
        var ids = new Dictionary<string, string>();
        for (var number = 0; number < tasks; number++)
        {
            var posted = await poster.CallAsync("post_task", $$"""{"channel":"chaos","content":"task {{number}}","max_attempts":100}""");
            ids[posted.Text("message_id")] = $"task {number}";
        }

        for (var i = 0; i < Runners; i++)
        {
            runners.Add(await StartAsync(bus));
        }

        var done = 0;
        await using var progress = Soak.Report(output, () => $"{done} of {tasks} tasks done");
        await using (var kills = new Rhythm(() => TimeSpan.FromSeconds(0.3 + (0.7 * random.NextDouble())), () => KillAsync(bus, random)))
        {
            await kills.AccompanyAsync(Soak.Limit(), [AwaitAsync()]);
            output.WriteLine($"{kills.Beats} times something was killed");
        }

        foreach (var runner in runners)
        {
            await runner.DisposeAsync();
        }

        var watch = Stopwatch.StartNew();
        foreach (var process in Own())
        {
            await RunningProcess.WaitForEndAsync(process);
        }

        output.WriteLine($"nothing was left {watch.Elapsed.TotalSeconds:0.0} s after the last runner was killed");
        Assert.Empty(Own());

        async Task AwaitAsync()
        {
            foreach (var (id, content) in ids)
            {
                string status;
                do
                {
                    var result = await poster.CallAsync("await_result", $$"""{"message_id":"{{id}}","timeout_seconds":20}""");
                    status = result.Text("status");
                    Assert.Contains(status, (string[])["open", "claimed", "waiting", "acknowledged"]);
                    if (status == "acknowledged")
                    {
                        Assert.Equal(content, result.GetProperty("result").Text("content"));
                    }
                }
                while (status != "acknowledged");
                done++;
            }
        }
    }

    private async Task<RunnerProcess> StartAsync(TestBus bus) => await RunnerProcess.StartAsync(
        home.Path, "chaos", "--base-url", bus.BaseUrl, "--parallel", "3", "--quiet", "--", "sh", "-c", Command);

    /// <summary>Kills a runner, which a new one replaces, or a process below a guardian: a command or what that started.</summary>
    private async Task<bool> KillAsync(TestBus bus, Random random)
    {
        if (killed++ >= MostKills)
        {
            return false;
        }

        if (random.Next(4) == 0)
        {
            var place = random.Next(runners.Count);
            await runners[place].SignalAsync("KILL");
            await runners[place].DisposeAsync();
            runners[place] = await StartAsync(bus);
            return true;
        }

        var below = Descendants();
        if (below.Count == 0)
        {
            return false;
        }

        try
        {
            RunningProcess.Kill(below[random.Next(below.Count)]);
        }
        catch (ArgumentException)
        {
            // It has ended meanwhile.
            return false;
        }

        return true;
    }

    /// <summary>All below the guardians, which are the children of the runners.</summary>
    private List<int> Descendants()
    {
        var found = new List<int>();
        var children = Processes().ToLookup(static process => process.Parent, static process => process.Id);
        var waiting = new Stack<int>(runners.SelectMany(runner => children[runner.Process.Id]));
        while (waiting.TryPop(out var parent))
        {
            foreach (var child in children[parent])
            {
                found.Add(child);
                waiting.Push(child);
            }
        }

        return found;
    }

    /// <summary>All that runs with the home folder of this test in its environment.</summary>
    private List<int> Own() => [.. Processes()
        .Select(static process => process.Id)
        .Where(id => RunningProcess.Exists(id) && Read(id, "environ").Contains($"HOME={home.Path}", StringComparison.Ordinal))];

    private static List<(int Id, int Parent)> Processes() => [.. Directory.EnumerateDirectories("/proc")
        .Select(static path => int.TryParse(Path.GetFileName(path), out var id) ? id : 0)
        .Where(static id => id > 0)
        .Select(static id => (Id: id, Status: Read(id, "stat")))
        .Where(static process => process.Status.Length > 0)
        .Select(static process => (process.Id, int.Parse(process.Status[(process.Status.LastIndexOf(')') + 2)..].Split(' ')[1], null)))];

    private static string Read(int processId, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/{file}");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
