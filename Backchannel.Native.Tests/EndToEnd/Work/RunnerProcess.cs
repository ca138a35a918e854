using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Backchannel.Native.Tests.EndToEnd.Work;

/// <summary>The published file as a runner, and beside it the calls of whoever posts to it.</summary>
internal sealed class RunnerProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> awaited = [];

    private RunnerProcess(Process process)
    {
        this.process = process;
        process.ErrorDataReceived += (_, line) => Take(line.Data ?? "");
        process.BeginErrorReadLine();
    }

    public Process Process => process;

    /// <summary>What it logged.</summary>
    public string Log => string.Join('\n', lines);

    /// <summary>Starts <c>work</c> and waits until it waits for tasks.</summary>
    /// <param name="arguments">What stands behind <c>work</c>.</param>
    public static async Task<RunnerProcess> StartAsync(string home, params string[] arguments)
    {
        var runner = Launch(home, arguments);
        await runner.WaitUntilReadyAsync();
        return runner;
    }

    /// <summary>Starts <c>work</c> with more in its environment, and waits until it waits for tasks.</summary>
    /// <inheritdoc cref="StartAsync"/>
    public static async Task<RunnerProcess> StartWithAsync(string home, IReadOnlyDictionary<string, string> more, params string[] arguments)
    {
        var runner = Launch(home, home, "env", [.. more.Select(static variable => $"{variable.Key}={variable.Value}"), PublishedExecutable.Path, "work", .. arguments]);
        await runner.WaitUntilReadyAsync();
        return runner;
    }

    public Task WaitUntilReadyAsync() => ready.Task.Within(() => Log);

    /// <summary>Starts <c>work</c>.</summary>
    /// <inheritdoc cref="StartAsync"/>
    public static RunnerProcess Launch(string home, params string[] arguments) => LaunchFile(PublishedExecutable.Path, home, arguments);

    /// <summary>Starts <c>work</c> of a copy of the program.</summary>
    /// <inheritdoc cref="StartAsync"/>
    public static RunnerProcess LaunchFile(string executable, string home, params string[] arguments)
    {
        return Launch(home, home, executable, ["work", .. arguments]);
    }

    /// <summary>Starts a shell line that calls <c>backchannel-mcp work</c>, as somebody types it.</summary>
    public static RunnerProcess LaunchLine(string home, string folder, string line)
    {
        // In the shell's place, so that a signal reaches it.
        File.CreateSymbolicLink(Path.Combine(Directory.CreateDirectory(Path.Combine(home, "bin")).FullName, "backchannel-mcp"), PublishedExecutable.Path);
        return Launch(home, folder, "/bin/sh", ["-c", $"exec {line}"]);
    }

    private static RunnerProcess Launch(string home, string folder, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach (var (name, value) in Environment(home))
        {
            start.Environment[name] = value;
        }

        return new(System.Diagnostics.Process.Start(start)!);
    }

    /// <summary>Waits until a text stands in the log.</summary>
    public Task SeeAsync(string text)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            awaited.Add((text, seen));
            if (lines.Any(line => line.Contains(text, StringComparison.Ordinal)))
            {
                seen.TrySetResult();
            }
        }

        return seen.Task.Within(() => Log, limit: TimeSpan.FromMinutes(2), what: $"the runner to log: {text}");
    }

    /// <returns>The exit code.</returns>
    public async Task<int> EndAsync()
    {
        await process.WaitForExitAsync().Within(() => Log);
        return process.ExitCode;
    }

    public Task SignalAsync(string name) => ProcessSignals.SendAsync(process.Id, name);

    /// <summary>Posts a task, with <c>call</c>.</summary>
    /// <param name="more">Further parameters.</param>
    /// <returns>Its id.</returns>
    public static async Task<string> PostAsync(string home, string channel, string content, params string[] more) =>
        (await CallAsync(home, "post_task", ["--channel", channel, $"--content={content}", .. more])).Text("message_id");

    /// <summary>Waits for the end of a task.</summary>
    public static Task<JsonElement> AwaitAsync(string home, string id, int seconds = 50) =>
        CallAsync(home, "await_result", "--message_id", id, "--timeout_seconds", $"{seconds}");

    /// <summary>Calls a tool in a folder of the home that files may be sent from.</summary>
    public static async Task<JsonElement> CallAsync(string home, string tool, params string[] parameters)
    {
        var folder = Directory.CreateDirectory(Path.Combine(home, "project")).FullName;
        var run = await ProgramRun.RunAsync(PublishedExecutable.Path, ["call", tool, .. parameters], Environment(home), folder);
        return run.ExitCode == 0 ? JsonElement.Parse(run.Output) : throw new InvalidOperationException(run.Errors);
    }

    /// <summary>The private bus of a home, and a folder for temporary files in it.</summary>
    public static Dictionary<string, string?> Environment(string home) => new()
    {
        ["HOME"] = home,
        ["TMPDIR"] = Directory.CreateDirectory(Path.Combine(home, "tmp")).FullName,
        ["BACKCHANNEL_BASE_URL"] = "local",
        ["BACKCHANNEL_API_KEY"] = null,
        ["BACKCHANNEL_AGENT_LABEL"] = null,
        ["PATH"] = $"{Path.Combine(home, "bin")}:{System.Environment.GetEnvironmentVariable("PATH")}",
    };

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync().Within();
        }

        process.Dispose();
    }

    private void Take(string line)
    {
        lock (gate)
        {
            lines.Enqueue(line);
            awaited.Where(wait => line.Contains(wait.Text, StringComparison.Ordinal)).ToList().ForEach(static wait => wait.Seen.TrySetResult());
        }

        if (line.Contains("waiting for tasks", StringComparison.Ordinal))
        {
            ready.TrySetResult();
        }
    }
}
