using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;
using NJsonSchema;

namespace Backchannel.Native.Tests.Packaging;

public sealed class AssetBuilderTests : IDisposable
{
    private static readonly ReleaseInfo Release = new(ProductVersion.Text, "somebody/backchannel-mcp", new(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));

    private readonly string folder = Directory.CreateTempSubdirectory("backchannel-assets-").FullName;

    public AssetBuilderTests()
    {
        Write("published/linux-x64/backchannel-mcp", "#!/bin/sh\necho linux\n");
        Write("published/linux-musl-x64/backchannel-mcp", "#!/bin/sh\necho musl\n");
        Write("published/win-x64/backchannel-mcp.exe", "MZ");
        Write("published/win-x64/e_sqlite3.dll", "MZ");
        Write("published/linux-x64.parts", "openssl 3.0.1-1 debian\nglibc 2.36-9 debian\n");
        Write("certificates.pem", "some certificates");
        Write($"packages/Backchannel.Mcp.{ProductVersion.Text}.nupkg", "package");
        Write("packages/Backchannel.Mcp.0.0.1.nupkg", "an older one");
    }

    public void Dispose() => Directory.Delete(this.folder, recursive: true);

    [Fact]
    public void Assets_are_named_after_version_and_RID()
    {
        var version = ProductVersion.Text;

        Assert.Equal(
            new[]
            {
                "SHA256SUMS", $"Backchannel.Mcp.{version}.nupkg", $"backchannel-mcp-{version}-container.tar.gz",
                $"backchannel-mcp-{version}-deployment.tar.gz",
                $"backchannel-mcp-{version}-linux-musl-x64.tar.gz", $"backchannel-mcp-{version}-linux-x64.mcpb",
                $"backchannel-mcp-{version}-linux-x64.tar.gz", $"backchannel-mcp-{version}-win-x64.mcpb", $"backchannel-mcp-{version}-win-x64.zip",
                $"backchannel-mcp-{version}.cdx.json", "install.ps1", "install.sh", "server.json",
            }.Order(StringComparer.Ordinal),
            Build("out"));
    }

    [Fact]
    public void Every_asset_has_its_line_in_the_checksums()
    {
        var assets = Build("out");

        var named = File.ReadAllLines(Path.Combine(this.folder, "out", "SHA256SUMS")).Select(line => line.Split("  ")[1]);

        Assert.Equal(assets.Where(asset => asset != "SHA256SUMS"), named);
    }

    [Fact]
    public void Two_builds_give_the_same_bytes()
    {
        var assets = Build("one");
        Build("two");

        Assert.All(assets, asset => Assert.Equal(
            File.ReadAllBytes(Path.Combine(this.folder, "one", asset)), File.ReadAllBytes(Path.Combine(this.folder, "two", asset))));
    }

    [Fact]
    public void The_bill_of_materials_names_what_is_linked_in_and_not_what_only_builds()
    {
        Build("out");

        var bill = JsonNode.Parse(File.ReadAllText(Path.Combine(this.folder, "out", $"backchannel-mcp-{ProductVersion.Text}.cdx.json")))!;
        var names = bill["components"]!.AsArray().Select(component => component!["name"]!.GetValue<string>()).ToList();
        Assert.Equal("CycloneDX", bill["bomFormat"]!.GetValue<string>());
        Assert.Equal(ProductVersion.Text, bill["metadata"]!["component"]!["version"]!.GetValue<string>());
        Assert.Superset(
            new HashSet<string> { ".NET", "SQLite", "openssl", "glibc", "zlib-ng", "brotli", "SQLitePCLRaw.core", "Polly.Core", "System.CommandLine", "Tomlyn", "preact", "htm" },
            names.ToHashSet());
        Assert.DoesNotContain(names, name => name.Contains("Analyzers", StringComparison.Ordinal) || name.Contains("ILCompiler", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_bill_of_materials_follows_its_schema_and_states_a_licence_for_every_part()
    {
        Build("out");
        var schema = await JsonSchema.FromFileAsync(
            RepositoryRoot.Combine("Backchannel.Native.Tests", "Fixtures", "cyclonedx", "bom-1.6.SNAPSHOT.schema.json"));

        var bill = File.ReadAllText(Path.Combine(this.folder, "out", $"backchannel-mcp-{ProductVersion.Text}.cdx.json"));

        Assert.Empty(schema.Validate(bill));
        Assert.All(JsonNode.Parse(bill)!["components"]!.AsArray(), component => Assert.True(component!["licenses"] is JsonArray { Count: 1 }, component.ToJsonString()));
    }

    [Theory]
    [InlineData("linux-x64")]
    [InlineData("win-x64")]
    public void A_bundle_holds_the_program_that_its_manifest_starts(string rid)
    {
        Build("out");

        using var bundle = ZipFile.OpenRead(Path.Combine(this.folder, "out", Release.BundleName(rid)));

        using var stream = bundle.GetEntry("manifest.json")!.Open();
        var program = bundle.GetEntry(JsonNode.Parse(stream)!["server"]!["entry_point"]!.GetValue<string>());
        Assert.Equal(0b001_001_001, program!.ExternalAttributes >> 16 & 0b001_001_001);
    }

    [Fact]
    public void The_files_for_a_container_are_all_that_its_Dockerfile_copies()
    {
        Build("out");
        var folder = Directory.CreateDirectory(Path.Combine(this.folder, "context")).FullName;

        using var archive = new GZipStream(File.OpenRead(Path.Combine(this.folder, "out", Release.ContainerContextName)), CompressionMode.Decompress);
        TarFile.ExtractToDirectory(archive, folder, overwriteFiles: false);

        var copied = File.ReadAllLines(Path.Combine(folder, "Dockerfile"))
            .Where(line => line.StartsWith("COPY ", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[^2].Replace("${TARGETARCH}", "amd64", StringComparison.Ordinal));
        Assert.All(copied, path => Assert.True(Path.Exists(Path.Combine(folder, path)), path));
        Assert.Equal(
            ["Dockerfile", "amd64", "ca-certificates.crt", "data"], Directory.GetFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.DoesNotMatch("@[A-Z]+@", File.ReadAllText(Path.Combine(folder, "Dockerfile")));
    }

    [Fact]
    public void Nothing_is_left_to_be_filled()
    {
        Build("out");

        Assert.All(
            new[] { "install.sh", "install.ps1", "server.json" },
            name => Assert.DoesNotMatch("@[A-Z]+@", File.ReadAllText(Path.Combine(this.folder, "out", name))));
    }

    private IReadOnlyList<string> Build(string output) =>
        new AssetBuilder(Release, Path.Combine(this.folder, "published"), Path.Combine(this.folder, output))
        {
            Packages = Path.Combine(this.folder, "packages"),
            Certificates = Path.Combine(this.folder, "certificates.pem"),
        }.Build();

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(this.folder, path))!);
        File.WriteAllText(Path.Combine(this.folder, path), text);
    }
}
