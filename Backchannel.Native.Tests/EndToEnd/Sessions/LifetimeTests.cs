using System.Diagnostics;

namespace Backchannel.Native.Tests.EndToEnd.Sessions;

/// <summary>However a session ends, it is gone at once, leaves nothing running and gives its tasks back.</summary>
public sealed class LifetimeTests : IDisposable
{
    // A second is promised; the rest is for a busy machine.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    [Theory]
    [InlineData("end of input")]
    [InlineData("SIGTERM")]
    [InlineData("SIGINT")]
    public async Task A_session_with_ten_waits_in_flight_ends_and_gives_its_task_back(string ending)
    {
        await using var poster = await AgentProcess.StartAsync(home.Path, "poster");
        await using var worker = await AgentProcess.StartAsync(home.Path, "worker");
        await poster.CallAsync("post_task", """{"channel":"lane","content":"held"}""");
        await worker.CallAsync("claim_task", """{"channel":"lane","lease_seconds":3600}""");
        var waits = Enumerable.Range(0, 10)
            .Select(_ => worker.CallAsync("claim_task", """{"channel":"lane","wait_seconds":50}"""))
            .ToList();
        await worker.RequestAsync("ping", "{}");

        await EndAsync(worker, ending);
        var claimed = await poster.CallAsync("claim_task", """{"channel":"lane"}""");

        Assert.True(claimed.GetProperty("claimed").GetBoolean());
        // Whoever sends nothing more still gets the look that every call gets.
        foreach (var wait in waits)
        {
            var cut = await Record.ExceptionAsync(() => wait.Within());
            Assert.True(cut is not null || !(await wait).GetProperty("claimed").GetBoolean());
        }
    }

    [Fact]
    public async Task A_session_ends_when_its_parent_is_gone_although_its_input_stays_open()
    {
        // The shell starts the session in the background with our pipe as its input, says its number, and goes.
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"exec 3<&0; '{PublishedExecutable.Path}' <&3 & echo $!; wait $!"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = home.Path;
        start.Environment["BACKCHANNEL_BASE_URL"] = "local";
        using var shell = Process.Start(start)!;
        var session = Process.GetProcessById(int.Parse((await shell.StandardOutput.ReadLineAsync().Within())!, null));
        await shell.StandardInput.WriteLineAsync("""{"jsonrpc":"2.0","id":1,"method":"ping"}""");
        await shell.StandardInput.FlushAsync();
        Assert.NotNull(await shell.StandardOutput.ReadLineAsync().Within());

        shell.Kill();

        await session.WaitForExitAsync().Within(limit: Bound, what: "the end of the session after that of its parent");
    }

    [LinuxTheory]
    [InlineData("TERM")]
    [InlineData("KILL")]
    public async Task The_local_bus_outlives_a_client_that_ends_all_processes_below_its_server(string signal)
    {
        await using var first = await AgentProcess.StartAsync(home.Path, "first");
        await using var second = await AgentProcess.StartAsync(home.Path, "second");
        await first.CallAsync("post_task", """{"channel":"lane","content":"task"}""");
        var bus = Assert.Single(home.BusProcesses()).Id;

        // As opencode and Copilot CLI do at their end.
        foreach (var process in Below(first.Process.Id))
        {
            using var kill = Process.Start("kill", [$"-{signal}", $"{process}"]);
            await kill.WaitForExitAsync().Within();
        }

        await EndAsync(first, "end of input");
        var claimed = await second.CallAsync("claim_task", """{"channel":"lane"}""");

        Assert.True(claimed.GetProperty("claimed").GetBoolean());
        Assert.Equal(bus, Assert.Single(home.BusProcesses()).Id);
    }

    /// <summary>The children of a process, their children and so on.</summary>
    private static IEnumerable<int> Below(int processId) =>
        Process.GetProcesses().Select(static process => process.Id)
            .Where(id => Read(id, "status").Contains($"\nPPid:\t{processId}\n", StringComparison.Ordinal))
            .SelectMany(static id => Below(id).Append(id));

    private static async Task EndAsync(AgentProcess agent, string ending)
    {
        if (ending == "end of input")
        {
            agent.Process.StandardInput.Close();
        }
        else
        {
            using var kill = Process.Start("kill", [ending.Replace("SIG", "-", StringComparison.Ordinal), $"{agent.Process.Id}"]);
            await kill.WaitForExitAsync().Within();
        }

        await agent.Process.WaitForExitAsync().Within(() => agent.Errors, Bound, $"the end of {agent.Label} after {ending}");
    }

    /// <returns>Empty for a process that has ended.</returns>
    private static string Read(int processId, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/{file}");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
