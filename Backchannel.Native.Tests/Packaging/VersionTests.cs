using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Backchannel.Native.Tests.Packaging;

/// <summary>The version is stated once, in Directory.Build.props: changed there, it is changed everywhere.</summary>
public sealed class VersionTests : IDisposable
{
    private const string Other = "98.7.6-test.5";

    // Restoring, compiling and packing are a build of their own, on a machine that runs other tests meanwhile.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly string folder = Directory.CreateTempSubdirectory("backchannel-version-").FullName;

    private string Packages => Path.Combine(folder, "packages");

    private string[] Properties =>
    [
        RepositoryRoot.Combine("Backchannel.Native", "Backchannel.Native.csproj"), "-nologo", "-p:Configuration=Release", "-p:PackTool=true", $"-p:Version={Other}",
        $"-p:ArtifactsPath={folder}{Path.DirectorySeparatorChar}artifacts{Path.DirectorySeparatorChar}",
    ];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [ProgramFact("dotnet")]
    public async Task Another_version_is_in_what_a_build_generates_for_the_program_and_its_package()
    {
        var stated = await RunAsync("dotnet", ["msbuild", .. Properties, "-t:GenerateProductVersion;FillPackageTemplates", "-getProperty:PackageVersion"], "");

        Assert.Equal(Other, stated.Trim());
        var generated = Directory.GetFiles(Path.Combine(folder, "artifacts"), "*", SearchOption.AllDirectories).ToDictionary(path => Path.GetFileName(path), File.ReadAllText);
        Assert.Contains($"Text = \"{Other}\"", generated["ProductVersion.g.cs"], StringComparison.Ordinal);
        Assert.Contains($"Backchannel.Mcp@{Other}", generated["README.md"], StringComparison.Ordinal);
        AssertServer(generated["server.json"]);
    }

    /// <summary>One package without native code stands for all: the others are made by the same targets, and take minutes.</summary>
    [PackFact]
    [Trait(Soak.Name, Soak.Value)]
    public async Task Another_version_is_in_the_tool_package_its_manifests_its_program_and_the_answer_to_initialize()
    {
        await RunAsync("dotnet", ["pack", .. Properties, "-v", "quiet", "-p:PublishAot=false", "-p:ToolPackageRuntimeIdentifiers=", "-o", Packages], "");

        var package = Path.Combine(Packages, $"Backchannel.Mcp.{Other}.nupkg");
        Assert.Contains($"<version>{Other}</version>", EntryOf(package, "Backchannel.Mcp.nuspec"), StringComparison.Ordinal);
        Assert.Contains("<packageType name=\"DotnetTool\"", EntryOf(package, "Backchannel.Mcp.nuspec"), StringComparison.Ordinal);
        Assert.Contains("<packageType name=\"McpServer\"", EntryOf(package, "Backchannel.Mcp.nuspec"), StringComparison.Ordinal);
        Assert.Contains($"Backchannel.Mcp@{Other}", EntryOf(package, "README.md"), StringComparison.Ordinal);
        AssertServer(EntryOf(package, ".mcp/server.json"));

        var tools = Path.Combine(folder, "tools");
        await RunAsync("dotnet", ["tool", "install", "Backchannel.Mcp", "--tool-path", tools, "--source", Packages, "--version", Other], "");
        var program = Path.Combine(tools, OperatingSystem.IsWindows() ? "backchannel-mcp.exe" : "backchannel-mcp");
        Assert.Equal(Other, (await RunAsync(program, ["--version"], "")).Trim());
        var answer = await RunAsync(program, [], """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}""" + "\n");
        Assert.Equal(Other, JsonNode.Parse(answer)!["result"]!["serverInfo"]!["version"]!.GetValue<string>());
    }

    [Fact]
    public void Another_version_is_in_the_name_or_the_text_of_every_asset_and_the_old_one_in_none()
    {
        var release = new ReleaseInfo(Other, "somebody/backchannel-mcp", DateTimeOffset.UnixEpoch.AddYears(50));
        foreach (var rid in new[] { "linux-x64", "win-x64" })
        {
            var file = Path.Combine(folder, "published", rid, ReleaseInfo.IsWindows(rid) ? "backchannel-mcp.exe" : "backchannel-mcp");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, "");
        }

        File.WriteAllText(Path.Combine(folder, "certificates.pem"), "");
        var assets = Path.Combine(folder, "assets");

        var names = new AssetBuilder(release, Path.Combine(folder, "published"), assets) { Certificates = Path.Combine(folder, "certificates.pem") }.Build();

        Assert.All(names, name => Assert.Contains(Other, name + TextOf(Path.Combine(assets, name)), StringComparison.Ordinal));
        Assert.Contains($"\"version\": \"{Other}\"", TextOf(Path.Combine(assets, release.BundleName("win-x64"))), StringComparison.Ordinal);
        Assert.Contains($"image.version=\"{Other}\"", TextOf(Path.Combine(assets, release.ContainerContextName)), StringComparison.Ordinal);
        Assert.All(names, name => Assert.DoesNotMatch(
            $@"backchannel-mcp[-: @/v""]*{Regex.Escape(ProductVersion.Text)}", TextOf(Path.Combine(assets, name))));
    }

    /// <summary>The file, or what an archive holds of our own making.</summary>
    private static string TextOf(string asset)
    {
        string[] ours = ["manifest.json", "Dockerfile"];
        if (asset.EndsWith(".gz", StringComparison.Ordinal))
        {
            using var tar = new TarReader(new GZipStream(File.OpenRead(asset), CompressionMode.Decompress));
            var text = new StringBuilder();
            while (tar.GetNextEntry(copyData: true) is { } entry)
            {
                if (ours.Contains(entry.Name))
                {
                    using var reader = new StreamReader(entry.DataStream!);
                    text.Append(reader.ReadToEnd());
                }
            }

            return text.ToString();
        }

        if (!asset.EndsWith(".zip", StringComparison.Ordinal) && !asset.EndsWith(".mcpb", StringComparison.Ordinal))
        {
            return File.ReadAllText(asset);
        }

        using var zip = ZipFile.OpenRead(asset);
        return string.Concat(zip.Entries.Where(entry => ours.Contains(entry.FullName)).Select(entry => EntryOf(asset, entry.FullName)));
    }

    private static string EntryOf(string archive, string name)
    {
        using var zip = ZipFile.OpenRead(archive);
        using var reader = new StreamReader(zip.GetEntry(name)!.Open());
        return reader.ReadToEnd();
    }

    private static void AssertServer(string description)
    {
        var server = JsonNode.Parse(description)!;
        Assert.Equal((Other, Other), (server["version"]!.GetValue<string>(), server["packages"]![0]!["version"]!.GetValue<string>()));
    }

    private async Task<string> RunAsync(string program, string[] arguments, string input)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HOME"] = start.Environment["DOTNET_CLI_HOME"] = folder;
        start.Environment["NUGET_PACKAGES"] = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        start.Environment["BACKCHANNEL_BASE_URL"] = "local";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        // A build, on a machine that may be busy.
        await process.WaitForExitAsync().Within(limit: TimeSpan.FromMinutes(10));
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}\n{await output}\n{await errors}");
        return await output;
    }

    /// <summary>A test that compiles, packs and installs: half a minute of a processor, too much for every run of the tests.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class PackFactAttribute : FactAttribute
    {
        public PackFactAttribute() => Skip = Soak.Obstacle("packs and installs the tool") ?? ProgramOnPath.Obstacle("dotnet");
    }
}
