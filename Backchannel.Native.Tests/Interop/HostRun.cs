using System.Diagnostics;
using System.Text.Json;

namespace Backchannel.Native.Tests.Interop;

/// <summary>A real agent host that runs with a scripted model, or a shell line in its place that calls it (<c>hosts/host.sh</c>).</summary>
internal sealed class HostRun : IAsyncDisposable
{
    /// <summary>Hosts are slow to start, and a machine may be busy.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private readonly Process process;
    private readonly string home;
    private readonly string host;
    private readonly Task<string> output;
    private readonly Task<string> errors;

    private HostRun(Process process, string home, string host)
    {
        (this.process, this.home, this.host) = (process, home, host);
        output = process.StandardOutput.ReadToEndAsync();
        errors = process.StandardError.ReadToEndAsync();
    }

    /// <param name="home">The home folder of the host, so its bus too.</param>
    /// <param name="script">What the model says: a file of <c>hosts/scripts</c>.</param>
    /// <param name="line">A shell line that runs in the host's place; null: the host itself.</param>
    /// <param name="more">Further options of <c>host.sh</c>.</param>
    public static HostRun Start(string host, string home, string script, string? line = null, params string[] more)
    {
        var folder = RepositoryRoot.Combine("Backchannel.Native.Tests", "Interop", "hosts");
        var start = new ProcessStartInfo(
            "bash",
            [
                Path.Combine(folder, "host.sh"), host, "--home", home, "--server", PublishedExecutable.Path, "--script", Path.Combine(folder, "scripts", script),
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

    /// <summary>Ends it, as <c>kill</c> does.</summary>
    public Task StopAsync() => ProcessSignals.SendAsync(process.Id, "TERM");

    /// <summary>All requests to the model that were a step of the conversation: what the host showed to it.</summary>
    public async Task<string> SeenByModelAsync()
    {
        var file = Path.Combine(home, "runs", $"{host}.{process.Id}", "model.jsonl");
        var lines = await File.ReadAllLinesAsync(file);
        return string.Join('\n', lines.Select(static line => JsonElement.Parse(line).GetProperty("body").GetRawText()));
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync().Within();
        }

        process.Dispose();
    }

    private string Said()
    {
        process.Kill(entireProcessTree: true);
        return $"{(output.Wait(Deadline.Time) ? output.Result : "")}\n{(errors.Wait(Deadline.Time) ? errors.Result : "")}";
    }
}
