using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Backchannel.Native.Tests.EndToEnd.Deployments;

/// <summary>A server of a deployment. It ends with the process of the tests, however that ends.</summary>
internal sealed class GuardedProcess : IAsyncDisposable
{
    private const int KeptLines = 200;

    /// <summary>Says the id of the server, runs it until the input ends or has a line, and then ends it.</summary>
    private const string Guardian =
        """
        signal=$1; shift
        sh -c 'echo $$; exec "$@"' sh "$@" & server=$!
        exec >/dev/null 2>&1
        read -r line
        kill -"$signal" $server 2>/dev/null; wait $server
        """;

    private readonly ConcurrentQueue<string> log = new();
    private readonly Process guardian;
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> id = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string sign;

    private GuardedProcess(ProcessStartInfo start, string sign)
    {
        this.sign = sign;
        guardian = Process.Start(start)!;
        guardian.OutputDataReceived += (_, line) => Note(line.Data);
        guardian.ErrorDataReceived += (_, line) => Note(line.Data);
        guardian.BeginOutputReadLine();
        guardian.BeginErrorReadLine();
    }

    /// <summary>The last lines that it wrote.</summary>
    public string Log => string.Join('\n', log);

    /// <param name="words">The program and its arguments.</param>
    /// <param name="sign">A part of the line by which it says that it can be used.</param>
    /// <param name="signal">What ends it in order.</param>
    /// <exception cref="InvalidOperationException">It ended before it could be used.</exception>
    public static async Task<GuardedProcess> StartAsync(
        IEnumerable<string> words, IReadOnlyDictionary<string, string> environment, string sign, string signal = "TERM")
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Guardian, "sh", signal, .. words])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = new GuardedProcess(start, sign);
        try
        {
            await process.started.Task.Within(() => process.Log);
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGKILL for the server and its children.</summary>
    public async Task KillAsync()
    {
        var server = await id.Task.Within();
        // The children first: those of PostgreSQL end by themselves only when they see that the main process is gone.
        await ProgramRun.RunAsync("sh", ["-c", $"kill -STOP {server}; kill -KILL $(pgrep -P {server}) {server}"]);
        await EndAsync();
    }

    /// <summary>Ends it in order, and waits for that.</summary>
    public Task StopAsync() => EndAsync();

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        guardian.Dispose();
    }

    private async Task EndAsync()
    {
        guardian.StandardInput.Close();
        await guardian.WaitForExitAsync().Within(() => Log);
    }

    private void Note(string? line)
    {
        if (line is null)
        {
            started.TrySetException(new InvalidOperationException($"It ended:\n{Log}"));
            return;
        }

        if (!id.Task.IsCompleted && int.TryParse(line, CultureInfo.InvariantCulture, out var number))
        {
            id.TrySetResult(number);
            return;
        }

        log.Enqueue(line);
        while (log.Count > KeptLines)
        {
            log.TryDequeue(out _);
        }

        if (line.Contains(sign, StringComparison.Ordinal))
        {
            started.TrySetResult();
        }
    }
}
