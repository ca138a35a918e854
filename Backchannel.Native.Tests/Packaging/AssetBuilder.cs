using System.Security.Cryptography;

namespace Backchannel.Native.Tests.Packaging;

/// <summary>Makes what a release offers for download out of the published files.</summary>
/// <param name="release">The release.</param>
/// <param name="published">A folder per RID.</param>
/// <param name="output">Where the assets go; it is emptied first.</param>
internal sealed class AssetBuilder(ReleaseInfo release, string published, string output)
{
    private const string Executable = "backchannel-mcp";

    /// <summary>Where the .NET tool packages lie; those of this version are offered too.</summary>
    public string? Packages { get; init; }

    /// <summary>The CA certificates of the container image, in one PEM file; without them there are no files for a container.</summary>
    public string? Certificates { get; init; }

    /// <returns>The names of the assets.</returns>
    public IReadOnlyList<string> Build()
    {
        if (Directory.Exists(output))
        {
            Directory.Delete(output, recursive: true);
        }

        Directory.CreateDirectory(output);
        var bundles = new Dictionary<string, byte[]>();
        foreach (var folder in Directory.GetDirectories(published).Order(StringComparer.Ordinal))
        {
            var rid = Path.GetFileName(folder);
            WriteArchive(rid, Files(folder));
            // The same static file: a bundle cannot say which C library it is for.
            if (!rid.Contains("musl", StringComparison.Ordinal))
            {
                bundles[release.BundleName(rid)] = WriteBundle(rid, Files(folder));
            }
        }

        if (Certificates is not null && ContainerContext.Entries(release, Template("Dockerfile"), published, Certificates) is { Count: > 0 } context)
        {
            using var archive = File.Create(Path.Combine(output, release.ContainerContextName));
            ReleaseArchive.WriteTar(archive, context, release.Time);
        }

        using (var archive = File.Create(Path.Combine(output, release.DeploymentName)))
        {
            ReleaseArchive.WriteTar(archive, DeploymentFiles.Entries(release), release.Time);
        }

        foreach (var package in Packages is null ? [] : Directory.GetFiles(Packages, $"*.{release.Version}.nupkg"))
        {
            File.Copy(package, Path.Combine(output, Path.GetFileName(package)));
        }

        Write("server.json", Manifests.Server(release, Template("server.json"), bundles));
        Write("install.sh", release.Fill(Template("install.sh")));
        Write("install.ps1", release.Fill(Template("install.ps1")));
        Write($"{Executable}-{release.Version}.cdx.json", SoftwareBill.Write(
            release,
            File.ReadAllText(RepositoryRoot.Combine(".artifacts", "obj", "Backchannel.Native", "project.assets.json")),
            File.ReadAllText(RepositoryRoot.Combine("Backchannel.Native", "Backchannel.Native.csproj")),
            Directory.GetFiles(published, "*.parts").SelectMany(File.ReadAllLines)));
        WriteChecksums();
        return [.. Directory.GetFiles(output).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
    }

    private static List<ArchiveEntry> Files(string folder) =>
        [.. Directory.GetFiles(folder).Select(path =>
            new ArchiveEntry(Path.GetFileName(path), File.ReadAllBytes(path), Path.GetFileNameWithoutExtension(path) == Executable))];

    private static string Template(string name) => File.ReadAllText(RepositoryRoot.Combine("Backchannel.Native", "Packaging", name));

    private void WriteArchive(string rid, IEnumerable<ArchiveEntry> files)
    {
        var entries = files.Concat(new[] { "LICENSE", "README.md" }
            .Select(name => new ArchiveEntry(name, File.ReadAllBytes(RepositoryRoot.Combine(name)), IsExecutable: false)));
        using var archive = File.Create(Path.Combine(output, release.ArchiveName(rid)));
        if (ReleaseInfo.IsWindows(rid))
        {
            ReleaseArchive.WriteZip(archive, entries, release.Time);
        }
        else
        {
            ReleaseArchive.WriteTar(archive, entries, release.Time);
        }
    }

    private byte[] WriteBundle(string rid, IEnumerable<ArchiveEntry> files)
    {
        var manifest = Manifests.Bundle(release, Template("manifest.json"), rid);
        using var bundle = new MemoryStream();
        ReleaseArchive.WriteZip(
            bundle,
            files.Select(file => file with { Name = $"server/{file.Name}" })
                .Append(new("manifest.json", System.Text.Encoding.UTF8.GetBytes(manifest), IsExecutable: false)),
            release.Time);
        File.WriteAllBytes(Path.Combine(output, release.BundleName(rid)), bundle.ToArray());
        return bundle.ToArray();
    }

    private void WriteChecksums() =>
        Write("SHA256SUMS", string.Concat(Directory.GetFiles(output).Order(StringComparer.Ordinal).Select(path =>
            $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))}  {Path.GetFileName(path)}\n")));

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(output, name), text);
}
