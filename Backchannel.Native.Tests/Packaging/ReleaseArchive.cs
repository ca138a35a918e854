using System.Formats.Tar;
using System.IO.Compression;

namespace Backchannel.Native.Tests.Packaging;

/// <summary>Writes archives whose bytes depend on nothing but their content and the time of the release.</summary>
internal static class ReleaseArchive
{
    public static void WriteTar(Stream output, IEnumerable<ArchiveEntry> entries, DateTimeOffset time)
    {
        using var gzip = new GZipStream(output, CompressionLevel.SmallestSize, leaveOpen: true);
        using var tar = new TarWriter(gzip, TarEntryFormat.Ustar);
        foreach (var entry in entries.OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var item = new UstarTarEntry(entry.IsFolder ? TarEntryType.Directory : TarEntryType.RegularFile, entry.Name)
            {
                Mode = entry.Mode,
                ModificationTime = time,
            };
            if (!entry.IsFolder)
            {
                item.DataStream = new MemoryStream(entry.Content, writable: false);
            }

            tar.WriteEntry(item);
        }
    }

    public static void WriteZip(Stream output, IEnumerable<ArchiveEntry> entries, DateTimeOffset time)
    {
        using var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var entry in entries.OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var item = zip.CreateEntry(entry.Name, CompressionLevel.SmallestSize);
            item.LastWriteTime = time;
            // A regular file of this mode, where Unix tools look for it.
            item.ExternalAttributes = (0x8000 | (int)entry.Mode) << 16;
            using var content = item.Open();
            content.Write(entry.Content);
        }
    }
}
