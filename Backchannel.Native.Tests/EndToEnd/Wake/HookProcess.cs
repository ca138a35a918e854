using System.Diagnostics;

namespace Backchannel.Native.Tests.EndToEnd.Wake;

/// <summary><c>hook CLIENT</c>, as a host runs it: a child of the process that also started the server. Here that is the test.</summary>
internal sealed class HookProcess : IAsyncDisposable
{
    private readonly Process process;

    private HookProcess(Process process) => this.process = process;

    public Process Process => process;

    /// <param name="input">What the host writes; null: the input stays open.</param>
    public static HookProcess Start(string home, string? input, string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(PublishedExecutable.Path, ["hook", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = home;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var hook = new HookProcess(Process.Start(start)!);
        if (input is not null)
        {
            hook.process.StandardInput.Write(input);
            hook.process.StandardInput.Close();
        }

        return hook;
    }

    /// <summary>Runs one to its end.</summary>
    public static async Task<ProgramRun> RunAsync(string home, string? input, string client, IReadOnlyDictionary<string, string>? environment = null)
    {
        await using var hook = Start(home, input, [client], environment);
        return await hook.EndAsync();
    }

    /// <summary>Waits for its end.</summary>
    public async Task<ProgramRun> EndAsync()
    {
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().Within(what: "the end of the hook");
        return new(process.ExitCode, await output, await error);
    }

    /// <summary>The next line that it prints.</summary>
    public async Task<string?> ReadLineAsync() => await process.StandardOutput.ReadLineAsync().Within(what: "a line of the hook");

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        await process.WaitForExitAsync();
        process.Dispose();
    }
}
