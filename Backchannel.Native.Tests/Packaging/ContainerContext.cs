using System.Text;

namespace Backchannel.Native.Tests.Packaging;

/// <summary>All that a container engine needs to make the image: no base image, no network, no command that would run on another processor.</summary>
internal static class ContainerContext
{
    private static readonly (string Rid, string Processor)[] Platforms = [("linux-x64", "amd64"), ("linux-arm64", "arm64")];

    /// <param name="release">Fills the Dockerfile.</param>
    /// <param name="template">The Dockerfile with its places.</param>
    /// <param name="published">A folder per RID; the image is for the processors whose static file is there.</param>
    /// <param name="certificates">The CA certificates that the image trusts, in one PEM file.</param>
    /// <returns>Nothing where there is no file for Linux.</returns>
    public static IReadOnlyList<ArchiveEntry> Entries(ReleaseInfo release, string template, string published, string certificates)
    {
        var executables = Platforms
            .Select(platform => (platform.Processor, Path: Path.Combine(published, platform.Rid, "backchannel-mcp")))
            .Where(file => File.Exists(file.Path))
            .Select(file => new ArchiveEntry($"{file.Processor}/backchannel-mcp", File.ReadAllBytes(file.Path), IsExecutable: true))
            .ToList();
        return executables.Count == 0 ? [] :
        [
            .. executables,
            new("Dockerfile", Encoding.UTF8.GetBytes(release.Fill(template)), IsExecutable: false),
            new("ca-certificates.crt", File.ReadAllBytes(certificates), IsExecutable: false),
            ArchiveEntry.Folder("data"),
        ];
    }
}
