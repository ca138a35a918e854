using System.Buffers.Binary;
using Backchannel.Native.Files;

namespace Backchannel.Native.Work;

/// <summary>What a guardian tells its runner: the number of the command, and then how it ended.</summary>
/// <remarks>
/// An exit code cannot say it: 130 would look like a signal, and a guardian that was killed like a killed command. It stands in a file whose name
/// is removed before the command starts, so that the command cannot write to it.
/// </remarks>
internal sealed class GuardianStatus : IDisposable
{
    private const int EndOffset = 4;
    private const int CodeOffset = 8;
    private const int Length = 12;

    private readonly FileStream file;

    private GuardianStatus(FileStream file) => this.file = file;

    /// <summary>For the runner. The room on the disk is taken at once: later there may be none.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static GuardianStatus Create(string path)
    {
        var file = new FileStream(path, PrivateFiles.Options(FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));
        file.Write(new byte[Length]);
        return new(file);
    }

    /// <summary>For the guardian.</summary>
    public static GuardianStatus Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        File.Delete(path);
        return new(file);
    }

    public void WriteCommand(int processId) => Write(processId, 0);

    public void WriteEnd(CommandEnd end)
    {
        Write(end.Code, CodeOffset);
        Write((int)end.Kind + 1, EndOffset);
    }

    /// <returns>The number of the command, 0 if it was not started; how it ended, null if nobody can say.</returns>
    public (int Command, CommandEnd? End) Read()
    {
        Span<byte> bytes = stackalloc byte[Length];
        _ = RandomAccess.Read(file.SafeFileHandle, bytes, 0);
        var kind = BinaryPrimitives.ReadInt32LittleEndian(bytes[EndOffset..]);
        return (
            BinaryPrimitives.ReadInt32LittleEndian(bytes),
            kind == 0 ? null : new((CommandEndKind)(kind - 1), BinaryPrimitives.ReadInt32LittleEndian(bytes[CodeOffset..])));
    }

    public void Dispose() => file.Dispose();

    private void Write(int number, int offset)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        RandomAccess.Write(file.SafeFileHandle, bytes, offset);
    }
}
