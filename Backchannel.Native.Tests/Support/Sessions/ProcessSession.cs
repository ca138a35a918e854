using System.Diagnostics;

namespace Backchannel.Native.Tests.Support.Sessions;

/// <summary>The server as a child process, as a client starts it.</summary>
internal sealed class ProcessSession : McpSession
{
    /// <summary>Path of the published executable; without it, the one built beside the tests is used.</summary>
    public const string ExecutableVariable = "BACKCHANNEL_TEST_EXECUTABLE";

    private readonly Process process;
    private readonly Task<string> errors;

    /// <param name="environment">All the process gets beside PATH and HOME.</param>
    public ProcessSession(string home, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Executable, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var root = start.Environment.TryGetValue("DOTNET_ROOT", out var value) ? value : null;
        var path = start.Environment["PATH"];
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        start.Environment["HOME"] = home;
        start.Environment["DOTNET_ROOT"] = root;
        foreach (var (name, text) in environment)
        {
            start.Environment[name] = text;
        }

        process = Process.Start(start)!;
        errors = process.StandardError.ReadToEndAsync();
    }

    public static string Executable =>
        Environment.GetEnvironmentVariable(ExecutableVariable)
        ?? Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "backchannel-mcp.exe" : "backchannel-mcp");

    public int ProcessId => process.Id;

    protected override Stream ToServer => process.StandardInput.BaseStream;

    protected override Stream FromServer => process.StandardOutput.BaseStream;

    /// <summary>Everything on standard error, once the process has ended.</summary>
    public Task<string> ReadErrorsAsync() => errors.Within(what: "the end of the session's standard error");

    /// <summary>What a client does that closes its end of the output.</summary>
    public ValueTask CloseOutputAsync() => FromServer.DisposeAsync();

    /// <summary>SIGKILL.</summary>
    public void Kill() => process.Kill();

    public override async Task<int?> WaitForExitAsync()
    {
        await process.WaitForExitAsync().Within(what: "the end of the session");
        return process.ExitCode;
    }

    public override async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        await WaitForExitAsync();
        process.Dispose();
    }
}
