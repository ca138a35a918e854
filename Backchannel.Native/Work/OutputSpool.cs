using Backchannel.Native.Files;

namespace Backchannel.Native.Work;

/// <summary>The end of a long output on disk, in two files of which the older one is emptied: space stays bounded whatever a command prints.</summary>
/// <remarks>The files are open before the command starts and have no name: it can neither change them nor lead what is written elsewhere.</remarks>
/// <param name="mostBytes">How much is kept at most; at least half of it.</param>
internal sealed class OutputSpool(FileStream first, FileStream second, long mostBytes) : IDisposable
{
    private readonly FileStream[] files = [first, second];
    private int index;

    /// <summary>Whether the beginning is gone.</summary>
    public bool IsCut { get; private set; }

    /// <summary>How much is kept.</summary>
    public long Length => first.Length + second.Length;

    public void Write(ReadOnlySpan<byte> chunk)
    {
        if (files[index].Length + chunk.Length > mostBytes / 2)
        {
            index = 1 - index;
            IsCut |= files[index].Length > 0;
            files[index].SetLength(0);
        }

        files[index].Write(chunk);
    }

    /// <summary>What was kept. Several can be read at once.</summary>
    public Stream Read() => new JoinedStream(Read(files[1 - index]), Read(files[index]));

    public void Dispose() => Array.ForEach(files, static file => file.Dispose());

    private static HandleStream Read(FileStream file) => new(file.SafeFileHandle, file.Length);
}
