using System.Runtime.InteropServices;
using Backchannel.Native.Cli;

namespace Backchannel.Native.Tests.Support.Programs;

/// <summary>A pipe on which neither reads nor writes block.</summary>
internal sealed unsafe partial class NonBlockingPipe : IDisposable
{
    private const int NonBlocking = 0x800;
    private const int CloseOnExecute = 0x80000;

    private bool readEndIsOpen = true;
    private bool writeEndIsOpen = true;

    public NonBlockingPipe()
    {
        var ends = stackalloc int[2];
        Assert.Equal(0, Create(ends, NonBlocking | CloseOnExecute));
        (ReadEnd, WriteEnd) = (ends[0], ends[1]);
    }

    public int ReadEnd { get; }

    public int WriteEnd { get; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        using var stream = new StandardStream(WriteEnd);
        stream.Write(bytes);
    }

    public void CloseReadEnd() => Close(ref readEndIsOpen, ReadEnd);

    public void CloseWriteEnd() => Close(ref writeEndIsOpen, WriteEnd);

    public void Dispose()
    {
        CloseReadEnd();
        CloseWriteEnd();
    }

    private static void Close(ref bool isOpen, int descriptor)
    {
        if (isOpen)
        {
            isOpen = false;
            Assert.Equal(0, NativeMethods.Close(descriptor));
        }
    }

    [LibraryImport("libc", EntryPoint = "pipe2")]
    private static partial int Create(int* ends, int flags);
}
