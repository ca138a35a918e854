using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Backchannel.Native.Tests.Support.Files;

public sealed partial class HangingFolderTests : IDisposable
{
    private const int ChildSignal = 17;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [RootFact]
    public async Task A_signal_does_not_end_the_wait_for_a_blocked_process()
    {
        using var hanging = new HangingFolder(Path.Combine(folder.Path, "drive"));
        var asked = hanging.WhenAskedAsync();

        // Sent to no other thread: the signal of an ended child means nothing to one that waits in poll().
        SpinWait.SpinUntil(() => asked.IsCompleted || PollingThreads().Any(SendChildSignal), Deadline.Time);
        using var list = Process.Start(new ProcessStartInfo("ls", [Path.Combine(folder.Path, "drive")]))!;

        await asked;
        list.Kill();
    }

    private static IEnumerable<int> PollingThreads() =>
        from thread in Directory.GetDirectories("/proc/self/task")
        where File.ReadAllText(Path.Combine(thread, "syscall")).StartsWith(PollCall, StringComparison.Ordinal)
        select int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture);

    private static string PollCall => RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64 ? "7 " : "73 ";

    private static bool SendChildSignal(int thread) => ThreadKill(Environment.ProcessId, thread, ChildSignal) == 0;

    [LibraryImport("libc", EntryPoint = "tgkill")]
    private static partial int ThreadKill(int process, int thread, int signal);
}
