using System.Diagnostics;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Pace;
using Xunit.Abstractions;

namespace Backchannel.Native.Tests.EndToEnd.Work;

/// <summary>Runners, guardians, commands and what these started are killed at random: each task has one result, and nothing is left running.</summary>
[Collection(Soak.Name)]
[Trait(Soak.Name, Soak.Value)]
public sealed class KilledProcessesTests(ITestOutputHelper output) : IDisposable
{
    private const int Runners = 3;

    /// <summary>Starts a child in its group and one that leaves it, works for a moment and until enough was killed, and answers with the task's number.</summary>
    private const string Command = "sleep 600 & (setsid sleep 600 &); sleep 1; until [ -e \"$HOME/enough\" ]; do sleep 0.1; done; exec cat";

    /// <summary>Then the rest is left in peace: a task that is tried alone would be hit again and again.</summary>
    private static readonly int MostKills = Soak.Times(8, 100);

    /// <summary>How much faster the bus's clock runs: the pauses before the next attempts and the leases of killed runners take minutes.</summary>
    private static readonly int Haste = Soak.Times(20, 10);

    private readonly TemporaryHome home = new();
    private readonly List<RunnerProcess> runners = [];
    private readonly Dictionary<Victim, int> killed = Enum.GetValues<Victim>().ToDictionary(static victim => victim, static _ => 0);

    private string Enough => Path.Combine(home.Path, "enough");

    private enum Victim
    {
        Guardian,
        Command,
        Runner,
        Started,
    }

    public void Dispose() => home.Dispose();

    [LinuxFact]
    public async Task Each_task_has_one_result_and_no_process_is_left()
    {
        await using var bus = await TestBus.StartAsync(static options => options, new FastTime(Haste));
        await using var poster = new ToolAgent(new Uri(bus.BaseUrl), "owner", home.KeyFolder);
        var random = new Random(Soak.Seed(output));
        var tasks = Soak.Times(10, 100);
        var ids = new Dictionary<string, string>();
        for (var number = 0; number < tasks; number++)
        {
            var posted = await poster.CallAsync("post_task", $$"""{"channel":"chaos","content":"task {{number}}","max_attempts":100}""");
            ids[posted.Text("message_id")] = $"task {number}";
        }

        if (Soak.IsOn)
        {
            // There are enough tasks to be hit.
            File.WriteAllText(Enough, "");
        }

        for (var i = 0; i < Runners; i++)
        {
            runners.Add(await StartAsync(bus));
        }

        var done = 0;
        await using var progress = Soak.Report(output, () => $"{done} of {tasks} tasks done, {killed.Values.Sum()} times something was killed");
        await using (var kills = new Rhythm(() => TimeSpan.FromSeconds(0.05 + (0.15 * random.NextDouble())), () => KillAsync(bus, random)))
        {
            await kills.AccompanyAsync(Soak.Limit(), [AwaitAsync()]);
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

        output.WriteLine($"nothing was left {watch.Elapsed.TotalSeconds:0.0} s after the last runner was killed; killed were {string.Join(", ", killed)}");
        Assert.Empty(Own());
        Assert.DoesNotContain(0, killed.Values);
        foreach (var id in ids.Keys)
        {
            Assert.Single((await poster.Client.GetMessageAsync(id, null, TimeSpan.Zero, default)).Acks);
        }

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

    /// <summary>Kills a process: a runner, which a new one replaces; a guardian; its command; or what that started.</summary>
    private async Task<bool> KillAsync(TestBus bus, Random random)
    {
        var count = killed.Values.Sum();
        if (count >= MostKills)
        {
            File.WriteAllText(Enough, "");
            return false;
        }

        var victim = (Victim)(count % killed.Count);
        if (!await KillAsync(bus, victim, random))
        {
            return false;
        }

        killed[victim]++;
        return true;
    }

    private async Task<bool> KillAsync(TestBus bus, Victim victim, Random random)
    {
        if (victim == Victim.Runner)
        {
            var place = random.Next(runners.Count);
            await runners[place].SignalAsync("KILL");
            await runners[place].DisposeAsync();
            runners[place] = await StartAsync(bus);
            return true;
        }

        // All children of runners are guardians.
        var children = Processes().ToLookup(static process => process.Parent, static process => process.Id);
        var guardians = runners.SelectMany(runner => children[runner.Process.Id]).ToList();
        var commands = guardians.SelectMany(guardian => children[guardian]).ToList();
        List<int> found = victim switch
        {
            Victim.Guardian => [.. guardians.Where(guardian => children[guardian].Any())],
            Victim.Command => commands,
            _ => [.. commands.SelectMany(command => children[command])],
        };
        if (found.Count == 0)
        {
            return false;
        }

        var chosen = found[random.Next(found.Count)];
        try
        {
            RunningProcess.Kill(chosen);
        }
        catch (ArgumentException)
        {
            // It has ended meanwhile.
            return false;
        }

        // Its runner ends what it leaves behind; were that killed at the same moment, nobody would.
        foreach (var left in victim == Victim.Guardian ? children[chosen].SelectMany(command => (int[])[command, .. children[command]]) : [])
        {
            await RunningProcess.WaitForEndAsync(left);
        }

        return true;
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
