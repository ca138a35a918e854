using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Backchannel.Native.Tests.Support.Programs;

/// <summary>The published executable on a terminal that <c>script</c> makes, with keys that the test presses.</summary>
/// <remarks>After the program's end the shell tells its exit code and whether the terminal's settings are as they were.</remarks>
internal sealed class PseudoTerminal : IAsyncDisposable
{
    private const string Home = "\e[H";

    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly Lock gate = new();
    private readonly Task reading;
    private readonly string folder;
    private int rows;
    private TaskCompletionSource changed = NewSignal();

    private PseudoTerminal(Process process, string folder, int rows)
    {
        this.process = process;
        this.rows = rows;
        this.folder = folder;
        reading = ReadAsync();
    }

    /// <summary>Everything that was written to the terminal.</summary>
    public string Output
    {
        get
        {
            lock (gate)
            {
                return output.ToString();
            }
        }
    }

    /// <summary>Starts it.</summary>
    /// <param name="environment">Added to the test's own.</param>
    public static PseudoTerminal Start(
        IReadOnlyDictionary<string, string?> environment, (int Columns, int Rows) size, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("terminal-").FullName;
        var line = $"""
            stty cols {size.Columns} rows {size.Rows}; before=$(stty -g); tty > {folder}/tty
            sh -c 'echo $$ > {folder}/pid; exec "$@"' sh {PublishedExecutable.Path} {string.Join(' ', arguments)}
            echo "exit code $?"; [ "$(stty -g)" = "$before" ] && echo "settings as before"
            """;
        var start = new ProcessStartInfo("script", ["-qec", line, "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["TERM"] = "xterm";
        start.Environment["SHELL"] = "/bin/sh";
        return new(Process.Start(start)!, folder, size.Rows);
    }

    /// <summary>Presses keys.</summary>
    public async Task PressAsync(string keys)
    {
        await process.StandardInput.WriteAsync(keys);
        await process.StandardInput.FlushAsync();
    }

    /// <summary>Waits until the screen is full and shows something.</summary>
    public Task SeeAsync(string text) => WaitAsync(screen => screen.Contains(text, StringComparison.Ordinal), $"the screen to show: {text}");

    /// <summary>Waits until the screen is full and no longer shows something.</summary>
    public Task MissAsync(string text) => WaitAsync(screen => !screen.Contains(text, StringComparison.Ordinal), $"the screen to show no longer: {text}");

    /// <summary>Gives the terminal another size.</summary>
    public Task ResizeAsync(int columns, int rows)
    {
        this.rows = rows;
        return ProgramRun.RunAsync("stty", ["-F", File.ReadAllText(Path.Combine(folder, "tty")).Trim(), "cols", $"{columns}", "rows", $"{rows}"]);
    }

    /// <summary>The process that runs on the terminal.</summary>
    public int ProcessId => int.Parse(File.ReadAllText(Path.Combine(folder, "pid")), null);

    /// <summary>Waits for the end of it.</summary>
    /// <returns>What was written after the screen was left.</returns>
    public async Task<string> EndAsync()
    {
        await process.WaitForExitAsync().Within(() => Output);
        await reading.Within();
        return Output[(Output.LastIndexOf("\e[?1049l", StringComparison.Ordinal) is >= 0 and var left ? left : 0)..];
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync().Within();
        }

        await reading;
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <returns>The newest screen without its sequences; null while a part of it has not come yet.</returns>
    private string? ScreenOf(string all)
    {
        var start = all.LastIndexOf(Home, StringComparison.Ordinal);
        var lines = start < 0 ? [] : all[start..].Split('\n');
        return lines.Length == rows && lines[^1].Contains("\e[K", StringComparison.Ordinal)
            ? Regex.Replace(all[start..], @"\e\[[0-9;?]*[A-Za-z]", "")
            : null;
    }

    private async Task WaitAsync(Func<string, bool> isSo, string what)
    {
        using var deadline = new CancellationTokenSource(Deadline.Time);
        while (true)
        {
            Task next;
            string all;
            lock (gate)
            {
                (next, all) = (changed.Task, output.ToString());
            }

            if (ScreenOf(all) is { } screen && isSo(screen))
            {
                return;
            }

            try
            {
                await next.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"The test still waits for {what}\n{ScreenOf(all)}\n{all[Math.Max(0, all.Length - 3000)..].Replace("\e", "ESC", StringComparison.Ordinal)}");
            }
        }
    }

    private async Task ReadAsync()
    {
        var buffer = new char[4096];
        while (await process.StandardOutput.ReadAsync(buffer) is > 0 and var count)
        {
            lock (gate)
            {
                output.Append(buffer, 0, count);
                changed.TrySetResult();
                changed = NewSignal();
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
