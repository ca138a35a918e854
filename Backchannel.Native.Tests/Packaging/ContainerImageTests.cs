using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Processor = System.Runtime.InteropServices.Architecture;

namespace Backchannel.Native.Tests.Packaging;

/// <summary>The container image, built by a container engine from nothing but the release's files for it.</summary>
public sealed class ContainerImageTests : IDisposable
{
    private static readonly ReleaseInfo Release = new(ProductVersion.Text, "somebody/backchannel-mcp", DateTimeOffset.UnixEpoch.AddYears(50));

    private readonly string folder = Directory.CreateTempSubdirectory("backchannel-image-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [ContainerFact]
    public async Task It_has_one_layer_with_three_things_and_starts_the_program_as_nobody()
    {
        var image = await BuildAsync();

        var config = image.Config["config"]!;
        Assert.Equal("65532:65532", config["User"]!.GetValue<string>());
        Assert.Equal("/data", config["WorkingDir"]!.GetValue<string>());
        Assert.Equal(["/backchannel-mcp"], config["Entrypoint"]!.AsArray().Select(word => word!.GetValue<string>()));
        Assert.Contains("HOME=/data", config["Env"]!.AsArray().Select(variable => variable!.GetValue<string>()));
        Assert.Equal(ProductVersion.Text, config["Labels"]!["org.opencontainers.image.version"]!.GetValue<string>());
        Assert.Equal("io.github.somebody/backchannel-mcp", config["Labels"]!["io.modelcontextprotocol.server.name"]!.GetValue<string>());
        Assert.Single(image.Config["rootfs"]!["diff_ids"]!.AsArray());
        Assert.Equal(
            ["backchannel-mcp 0 755", "data/ 65532 755", "etc/ssl/certs/ca-certificates.crt 0 644"],
            image.Layer.Where(entry => entry.EntryType != TarEntryType.Directory || entry.Name.StartsWith("data", StringComparison.Ordinal))
                .Select(entry => $"{entry.Name} {entry.Uid} {Convert.ToString((int)entry.Mode & 0b111_111_111, 8)}").Order(StringComparer.Ordinal));
    }

    /// <summary>Builds the image and reads what an engine would: its configuration and the entries of its layer.</summary>
    private async Task<(JsonNode Config, List<TarEntry> Layer)> BuildAsync()
    {
        var published = Directory.CreateDirectory(Path.Combine(folder, "published", "linux-x64")).FullName;
        File.WriteAllText(Path.Combine(published, "backchannel-mcp"), "what is in the file does not matter here");
        var certificates = Path.Combine(folder, "certificates.pem");
        File.WriteAllText(certificates, "nor here");
        var assets = Path.Combine(folder, "assets");
        new AssetBuilder(Release, Path.Combine(folder, "published"), assets) { Certificates = certificates }.Build();
        var context = Directory.CreateDirectory(Path.Combine(folder, "context")).FullName;
        using (var archive = new GZipStream(File.OpenRead(Path.Combine(assets, Release.ContainerContextName)), CompressionMode.Decompress))
        {
            TarFile.ExtractToDirectory(archive, context, overwriteFiles: false);
        }

        var layout = Path.Combine(folder, "image");
        await BuildahAsync("build", "--isolation", "chroot", "--platform", "linux/amd64", "--layers=false", "--tag", "backchannel-mcp:test", context);
        await BuildahAsync("push", "backchannel-mcp:test", $"oci:{layout}");
        var manifest = ReadBlob(layout, JsonNode.Parse(File.ReadAllText(Path.Combine(layout, "index.json")))!["manifests"]![0]!);
        using var layer = new GZipStream(File.OpenRead(BlobPath(layout, manifest["layers"]!.AsArray().Single()!)), CompressionMode.Decompress);
        using var reader = new TarReader(layer);
        var entries = new List<TarEntry>();
        while (await reader.GetNextEntryAsync(copyData: true) is { } entry)
        {
            entries.Add(entry);
        }

        return (ReadBlob(layout, manifest["config"]!), entries);
    }

    private async Task BuildahAsync(params string[] arguments)
    {
        var run = await ProgramRun.RunAsync(
            "buildah",
            ["--storage-driver", "vfs", "--root", Path.Combine(folder, "storage"), "--runroot", Path.Combine(folder, "run"), .. arguments]);
        Assert.True(run.ExitCode == 0, run.Errors);
    }

    private static JsonNode ReadBlob(string layout, JsonNode descriptor) => JsonNode.Parse(File.ReadAllText(BlobPath(layout, descriptor)))!;

    private static string BlobPath(string layout, JsonNode descriptor) =>
        Path.Combine([layout, "blobs", .. descriptor["digest"]!.GetValue<string>().Split(':')]);

    /// <summary>Skipped, with the reason, where images cannot be built.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class ContainerFactAttribute : FactAttribute
    {
        public ContainerFactAttribute() => Skip = ProgramOnPath.Obstacle("buildah")
            ?? (RuntimeInformation.OSArchitecture != Processor.X64 ? "not run: needs an x64 processor" : null)
            ?? (Environment.UserName == "root" ? null : "not run: needs root");
    }
}
