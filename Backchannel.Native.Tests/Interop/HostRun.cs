using System.Diagnostics;
using System.Text.Json;
using Backchannel.Native.Tests.EndToEnd.Work;

namespace Backchannel.Native.Tests.Interop;

/// <summary>A real agent host that runs with a scripted model, or a shell line in its place that calls it (<c>hosts/host.sh</c>).</summary>
internal sealed class HostRun : IAsyncDisposable
{
    private const string ModelOutput = "model.out";

    /// <summary>Hosts are slow to start, and a machine may be busy.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private readonly Process process;
    private readonly string home;
    private readonly string folder;
    private readonly Task<string> output;
    private readonly Task<string> errors;

    private HostRun(Process process, string home, string host)
    {
        (this.process, this.home) = (process, home);
        folder = Directory.CreateDirectory(Path.Combine(home, "runs", $"{host}.{process.Id}")).FullName;
        output = process.StandardOutput.ReadToEndAsync();
        errors = process.StandardError.ReadToEndAsync();
    }

    /// <param name="home">The home folder of the host, so its bus too.</param>
    /// <param name="script">What the model says: a file of <c>hosts/scripts</c>, or the whole path of another one.</param>
    /// <param name="line">A shell line that runs in the host's place; null: the host itself.</param>
    /// <param name="more">Further options of <c>host.sh</c>.</param>
    public static HostRun Start(string host, string home, string script, string? line = null, params string[] more)
    {
        var files = RepositoryRoot.Combine("Backchannel.Native.Tests", "Interop", "hosts");
        var start = new ProcessStartInfo(
            "bash",
            [
                Path.Combine(files, "host.sh"), host, "--home", home, "--server", PublishedExecutable.Path, "--script", Path.Combine(files, "scripts", script),
                .. line is null ? (string[])[] : ["--run", line], .. more,
            ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new(Process.Start(start)!, home, host);
    }

    /// <summary>Waits for the end of the host and of its script.</summary>
    /// <returns>What it printed.</returns>
    public async Task<string> EndAsync()
    {
        await process.WaitForExitAsync().Within(Said, Limit);
        var said = $"{await output}\n{await errors}";
        Assert.True(process.ExitCode == 0, said);
        return said;
    }

    /// <summary>Waits until the model has said a line, see <c>scripted_model.py</c>.</summary>
    public async Task SeeAsync(string line)
    {
        // Not disposed: the end of the process may still release it.
        var changes = new SemaphoreSlim(0);
        using var watcher = new FileSystemWatcher(folder, ModelOutput) { EnableRaisingEvents = true };
        watcher.Created += (_, _) => changes.Release();
        watcher.Changed += (_, _) => changes.Release();
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => changes.Release();
        while (!Played().Split('\n').Contains(line))
        {
            if (process.HasExited)
            {
                Assert.Fail($"it ended and did not say: {line}\n{await output}\n{await errors}");
            }

            await changes.WaitAsync().Within(() => $"{Played()}\n{Said()}", limit: TimeSpan.FromMinutes(2), what: $"the model to say: {line}");
        }
    }

    /// <summary>Ends the waiting of a step of the script for this file.</summary>
    public Task GoOnAsync(string file) => File.WriteAllTextAsync(Path.Combine(folder, file), "");

    /// <summary>Waits until somebody has posted on its bus, and claims it.</summary>
    public async Task<JsonElement> ClaimAsync(string channel)
    {
        var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3)).Token;
        while (true)
        {
            var claim = await RunnerProcess.CallAsync(home, "claim_task", "--channel", channel, "--actor", "worker", "--wait_seconds", "20");
            if (claim.GetProperty("claimed").GetBoolean())
            {
                return claim;
            }

            if (deadline.IsCancellationRequested)
            {
                throw new TimeoutException($"nothing was posted: {await EndAsync()}");
            }
        }
    }

    /// <summary>Ends it, as <c>kill</c> does.</summary>
    public Task StopAsync() => ProcessSignals.SendAsync(process.Id, "TERM");

    /// <summary>All requests to the model that were a step of the conversation: what the host showed to it.</summary>
    public async Task<string> SeenByModelAsync()
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(folder, "model.jsonl"));
        return string.Join('\n', lines.Select(static line => JsonElement.Parse(line).GetProperty("body").GetRawText()));
    }

    /// <summary>When each of these requests came.</summary>
    public async Task<IReadOnlyList<DateTimeOffset>> RequestTimesAsync() =>
    [
        .. (await File.ReadAllLinesAsync(Path.Combine(folder, "model.jsonl")))
            .Select(static line => DateTimeOffset.UnixEpoch.AddSeconds(JsonElement.Parse(line).GetProperty("time").GetDouble())),
    ];

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync().Within();
        }

        process.Dispose();
    }

    private string Played() => File.Exists(Path.Combine(folder, ModelOutput)) ? File.ReadAllText(Path.Combine(folder, ModelOutput)) : "";

    private string Said()
    {
        process.Kill(entireProcessTree: true);
        return $"{(output.Wait(Deadline.Time) ? output.Result : "")}\n{(errors.Wait(Deadline.Time) ? errors.Result : "")}";
    }
}
