using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Backchannel.Native.Tests.Support.Files;

/// <summary>A folder on a file system that never answers, like a network drive whose server is gone: every access blocks.</summary>
/// <remarks>The test must be root. The requests stay unread, because a process whose request was read cannot even be killed.</remarks>
internal sealed partial class HangingFolder : IDisposable
{
    private const int Detach = 2;
    private const short Readable = 1;

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
    public async Task WhenAskedAsync()
    {
        var poll = new PollEntry { Descriptor = Descriptor, Events = Readable };
        Assert.Equal(1, await Task.Run(() => Poll(ref poll, 1, (int)Deadline.Time.TotalMilliseconds)));
    }

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

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollEntry entry, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
