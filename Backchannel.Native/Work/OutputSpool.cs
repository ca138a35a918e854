using Backchannel.Native.Files;

namespace Backchannel.Native.Work;

/// <summary>The end of a long output on disk, in two files of which the older one is dropped: space stays bounded whatever a command prints.</summary>
/// <param name="folder">A private folder.</param>
/// <param name="mostBytes">How much is kept at most; at least half of it.</param>
internal sealed class OutputSpool(string folder, long mostBytes) : IDisposable
{
    private readonly string[] paths = [Path.Combine(folder, "output.0"), Path.Combine(folder, "output.1")];
    private FileStream? current;
    private int index;

    /// <summary>Whether the beginning is gone.</summary>
    public bool IsCut { get; private set; }

    public void Write(ReadOnlySpan<byte> chunk)
    {
        if (current is null || current.Length + chunk.Length > mostBytes / 2)
        {
            Turn();
        }

        current!.Write(chunk);
    }

    /// <summary>Puts what was kept into one file.</summary>
    public void Save(string path)
    {
        current?.Dispose();
        current = null;
        using var target = PrivateFiles.CreateNew(path);
        foreach (var part in (string[])[paths[1 - index], paths[index]])
        {
            if (File.Exists(part))
            {
                using var source = ConfinedFile.Open(folder, [Path.GetFileName(part)], static _ => false);
                using var bytes = source.Read();
                bytes.CopyTo(target);
            }
        }
    }

    public void Dispose() => current?.Dispose();

    private void Turn()
    {
        if (current is not null)
        {
            current.Dispose();
            index = 1 - index;
        }

        if (File.Exists(paths[index]))
        {
            IsCut = true;
            File.Delete(paths[index]);
        }

        current = PrivateFiles.CreateNew(paths[index]);
    }
}
