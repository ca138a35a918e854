using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Backchannel.Native.Cli;

namespace Backchannel.Native.Tests.Support.Files;

/// <summary>A folder on a file system that never answers, like a network drive whose server is gone: every access blocks.</summary>
/// <remarks>The test must be root. The requests stay unread, because a process whose request was read cannot even be killed.</remarks>
internal sealed partial class HangingFolder : IDisposable
{
    private const int Detach = 2;

    private readonly string path;
    private readonly FileStream device;

    public HangingFolder(string path)
    {
        this.path = path;
        Directory.CreateDirectory(path);
        device = new FileStream("/dev/fuse", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        var options = $"fd={Descriptor},rootmode=40000,user_id=0,group_id=0,allow_other";
        if (Mount("hanging", path, "fuse", 0, options) != 0)
        {
            throw new InvalidOperationException($"mount: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        AnswerGreeting();
    }

    private int Descriptor => (int)device.SafeFileHandle.DangerousGetHandle();

    /// <summary>Waits until a process is blocked.</summary>
    public async Task WhenAskedAsync() => Assert.Equal(1, await Task.Run(Poll));

    public void Dispose()
    {
        // When the device is closed, the blocked accesses fail.
        device.Dispose();
        _ = Unmount(this.path, Detach);
    }

    /// <summary>FUSE_INIT, the only request that is answered: https://man7.org/linux/man-pages/man4/fuse.4.html</summary>
    private void AnswerGreeting()
    {
        var request = new byte[64 * 1024];
        _ = device.Read(request);
        var answer = new byte[16 + 64];
        BinaryPrimitives.WriteInt32LittleEndian(answer, answer.Length);
        request.AsSpan(8, 8).CopyTo(answer.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(answer.AsSpan(16), 7);
        BinaryPrimitives.WriteInt32LittleEndian(answer.AsSpan(20), 31);
        BinaryPrimitives.WriteInt32LittleEndian(answer.AsSpan(36), 4096);
        device.Write(answer);
    }

    /// <returns>The number of descriptors with something to read; 0 at the deadline.</returns>
    private unsafe int Poll()
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var left = Deadline.Time - TimeProvider.System.GetElapsedTime(start);
            var request = new NativeMethods.PollRequest { Descriptor = Descriptor, Events = NativeMethods.Readable };
            var ready = NativeMethods.Poll(&request, 1, Math.Max(0, (int)left.TotalMilliseconds));

            // Any signal to this thread ends the wait, for instance that a child process of another test has ended.
            if (ready >= 0 || NativeMethods.LastError() != NativeMethods.Interrupted)
            {
                return ready;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);

}
