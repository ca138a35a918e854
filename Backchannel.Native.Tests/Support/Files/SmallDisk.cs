using System.Diagnostics;

namespace Backchannel.Native.Tests.Support.Files;

/// <summary>A file system in memory with little room. Needs root on Linux.</summary>
internal sealed class SmallDisk : IDisposable
{
    public SmallDisk(int megabytes) => Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", Path);

    public string Path { get; } = Directory.CreateTempSubdirectory("small-disk-").FullName;

    public void Dispose()
    {
        Run("umount", "-l", Path);
        Directory.Delete(Path);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}

/// <summary>A test that mounts a <see cref="SmallDisk"/>; skipped with the reason where that is not allowed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            Skip = "needs root on Linux, to mount a small file system";
        }
    }
}
