using System.Formats.Tar;
using System.IO.Compression;

namespace Backchannel.Native.Tests.Packaging;

public sealed class ReleaseArchiveTests
{
    private static readonly DateTimeOffset Time = new(2026, 5, 4, 3, 2, 2, TimeSpan.Zero);

    private static readonly ArchiveEntry[] Files =
    [
        new("backchannel-mcp", [1, 2, 3], IsExecutable: true), new("README.md", "read me"u8.ToArray(), IsExecutable: false),
    ];

    [Fact]
    public void A_tar_archive_keeps_names_modes_and_content()
    {
        using var stream = Written(ReleaseArchive.WriteTar);
        using var tar = new TarReader(new GZipStream(stream, CompressionMode.Decompress));

        var readme = tar.GetNextEntry(copyData: true)!;
        var executable = tar.GetNextEntry(copyData: true)!;

        Assert.Equal(("README.md", 0b110_100_100), (readme.Name, (int)readme.Mode));
        Assert.Equal(("backchannel-mcp", 0b111_101_101), (executable.Name, (int)executable.Mode));
        Assert.Equal(Time, executable.ModificationTime);
        Assert.Equal(3, executable.Length);
    }

    [Fact]
    public void A_zip_archive_keeps_the_executable_bit()
    {
        using var stream = Written(ReleaseArchive.WriteZip);
        using var zip = new ZipArchive(stream);

        var mode = zip.GetEntry("backchannel-mcp")!.ExternalAttributes >> 16 & 0xFFFF;

        Assert.Equal(0x8000 | 0b111_101_101, mode);
    }

    [Fact]
    public void The_same_files_give_the_same_bytes_in_whatever_order_they_come()
    {
        Assert.Equal(Bytes(ReleaseArchive.WriteTar, Files), Bytes(ReleaseArchive.WriteTar, Files.Reverse()));
        Assert.Equal(Bytes(ReleaseArchive.WriteZip, Files), Bytes(ReleaseArchive.WriteZip, Files.Reverse()));
    }

    private static MemoryStream Written(Action<Stream, IEnumerable<ArchiveEntry>, DateTimeOffset> write) => new(Bytes(write, Files));

    private static byte[] Bytes(Action<Stream, IEnumerable<ArchiveEntry>, DateTimeOffset> write, IEnumerable<ArchiveEntry> files)
    {
        using var stream = new MemoryStream();
        write(stream, files, Time);
        return stream.ToArray();
    }
}
