using System.Diagnostics;
using System.Runtime.InteropServices;
using Processor = System.Runtime.InteropServices.Architecture;

namespace Backchannel.Native.Tests.Support.Programs;

/// <summary>A published static file, and the emulator that runs it if it is for another processor.</summary>
/// <param name="Path">The file.</param>
/// <param name="Emulator">A static emulator; null where the processor is this machine's.</param>
internal sealed record StaticFile(string Path, string? Emulator)
{
    private static readonly string[] Folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    public static string? ChrootPath { get; } = Find("chroot");

    /// <summary>The words before a command that must run as root.</summary>
    public static IReadOnlyList<string> AsRoot { get; } = Environment.UserName == "root" ? [] : ["sudo", "-n"];

    /// <summary>The variable that names the file for a processor: <c>BACKCHANNEL_TEST_STATIC_X64</c> or <c>…_ARM64</c>.</summary>
    public static string Variable(Processor processor) => $"BACKCHANNEL_TEST_STATIC_{processor.ToString().ToUpperInvariant()}";

    public static StaticFile For(Processor processor) =>
        new(Environment.GetEnvironmentVariable(Variable(processor))!, IsNative(processor) ? null : EmulatorFor(processor));

    /// <summary>Why the file cannot be run in an empty root here; null if it can.</summary>
    public static string? Obstacle(Processor processor)
    {
        var variable = Variable(processor);
        return Environment.GetEnvironmentVariable(variable) switch
        {
            null or "" => $"not run: {variable} names no static file ('build.sh test-release' sets it)",
            var path when !File.Exists(path) => $"not run: {variable} names {path}, which is not there",
            _ when !IsNative(processor) && EmulatorFor(processor) is null => $"not run: qemu-user-static for {processor} is not installed",
            _ when ChrootPath is null => "not run: chroot is not here",
            _ => CanMount() ? null : "not run: mounting needs root, or sudo without a password, and the right to mount",
        };
    }

    private static bool IsNative(Processor processor) => RuntimeInformation.ProcessArchitecture == processor;

    private static string? EmulatorFor(Processor processor) =>
        Find(processor == Processor.Arm64 ? "qemu-aarch64-static" : "qemu-x86_64-static");

    private static string? Find(string program) =>
        Folders.Select(folder => System.IO.Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static bool CanMount()
    {
        string[] command = [.. AsRoot, "unshare", "--mount", "sh", "-c", "mount --bind /tmp /tmp && mount -o remount,ro,bind /tmp"];
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
