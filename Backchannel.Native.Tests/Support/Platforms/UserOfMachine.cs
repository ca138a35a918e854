using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Backchannel.Native.Files;

namespace Backchannel.Native.Tests.Support.Platforms;

/// <summary>Another user of the machine, who has the published file and a folder; the test must be root.</summary>
internal sealed partial class UserOfMachine : IDisposable
{
    private static uint lastId = 200_000 + (uint)Random.Shared.Next(100_000);

    public UserOfMachine()
    {
        Id = Interlocked.Increment(ref lastId);
        Folder = Directory.CreateTempSubdirectory("user-").FullName;
        Program = Path.Combine(Folder, "backchannel-mcp");
        PublishedExecutable.CopyTo(Program);
        Open(Program);
        Give(Folder);
    }

    public uint Id { get; }

    /// <summary>The user's folder, which others can read.</summary>
    public string Folder { get; }

    public string Program { get; }

    /// <summary>The folder of a bus of this user when there is no home folder.</summary>
    public string FallbackFolder => $"/tmp/backchannel-{Id}";

    /// <summary>A folder that only the user can read.</summary>
    public string NewFolder(string name)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(path);
        Give(path, 0b111_000_000);
        return path;
    }

    /// <summary>Makes a file or folder the user's.</summary>
    public void Give(string path, int mode = 0b111_101_101)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)mode);
        }

        Assert.Equal(0, ChangeOwner(path, Id, Id));
    }

    /// <summary>Runs the file as this user to its end.</summary>
    /// <param name="environment">All that it gets beside PATH.</param>
    /// <param name="userDatabase">A file that is mounted over <c>/etc/passwd</c> meanwhile; null: the machine's own, which does not know this user.</param>
    public Task<ProgramRun> RunAsync(IReadOnlyDictionary<string, string> environment, string? userDatabase, params string[] arguments)
    {
        string[] asUser =
        [
            "setpriv", $"--reuid={Id.ToString(CultureInfo.InvariantCulture)}", $"--regid={Id.ToString(CultureInfo.InvariantCulture)}", "--clear-groups",
            "env", "-i", $"PATH={Environment.GetEnvironmentVariable("PATH")}", .. environment.Select(variable => $"{variable.Key}={variable.Value}"),
            Program, .. arguments,
        ];
        string[] command = userDatabase is null
            ? asUser
            : ["unshare", "--mount", "sh", "-c", "mount --bind \"$0\" /etc/passwd && exec \"$@\"", userDatabase, .. asUser];
        return ProgramRun.RunAsync(command[0], command[1..]);
    }

    /// <summary>Ends this user's processes, such as a bus in the background.</summary>
    public void Dispose()
    {
        foreach (var process in Process.GetProcesses().Where(process => FileStatus.Read($"/proc/{process.Id}") is { OwnerId: var owner } && owner == Id))
        {
            process.Kill();
            process.WaitForExit();
        }

        Directory.Delete(Folder, recursive: true);
        if (Directory.Exists(FallbackFolder))
        {
            Directory.Delete(FallbackFolder, recursive: true);
        }
    }

    private static void Open(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        }
    }

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
