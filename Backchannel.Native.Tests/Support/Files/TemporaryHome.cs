using System.Diagnostics;

namespace Backchannel.Native.Tests.Support.Files;

/// <summary>A home folder of one test; disposing it ends the local buses that were started in it.</summary>
internal sealed class TemporaryHome : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("home-").FullName;

    public string BusFolder => System.IO.Path.Combine(Path, ".local", "share", "backchannel");

    public string KeyFolder => System.IO.Path.Combine(Path, ".config", "backchannel");

    /// <summary>The processes that serve this home's bus.</summary>
    public IReadOnlyList<Process> BusProcesses() =>
        [.. Process.GetProcesses().Where(process => IsOurBus(process.Id))];

    public void Dispose()
    {
        foreach (var bus in BusProcesses())
        {
            bus.Kill();
            bus.WaitForExit();
        }

        Directory.Delete(Path, recursive: true);
    }

    private bool IsOurBus(int processId)
    {
        try
        {
            var commandLine = File.ReadAllText($"/proc/{processId}/cmdline").Split('\0');
            return commandLine.Contains("serve") && commandLine.Any(argument => argument.StartsWith(Path, StringComparison.Ordinal));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
