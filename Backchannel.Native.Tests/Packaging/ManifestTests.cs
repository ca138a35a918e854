using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Backchannel.Native.Cli;
using NJsonSchema;

namespace Backchannel.Native.Tests.Packaging;

/// <summary>The manifests, as the build fills them.</summary>
public sealed class ManifestTests
{
    private static readonly ReleaseInfo Release = new(ProductVersion.Text, "somebody/backchannel-mcp", DateTimeOffset.UnixEpoch);

    [Theory]
    [InlineData("linux-x64", "linux", "server/backchannel-mcp")]
    [InlineData("osx-arm64", "darwin", "server/backchannel-mcp")]
    [InlineData("win-x64", "win32", "server/backchannel-mcp.exe")]
    public async Task The_bundle_manifest_follows_its_schema_and_names_its_system(string rid, string platform, string entryPoint)
    {
        var schema = await JsonSchema.FromJsonAsync(
            File.ReadAllText(RepositoryRoot.Combine("Backchannel.Native.Tests", "Fixtures", "mcpb", "manifest-0.3.schema.json")));

        var manifest = Manifests.Bundle(Release, Template("manifest.json"), rid);

        Assert.Empty(schema.Validate(manifest));
        var node = JsonNode.Parse(manifest)!;
        Assert.Equal(platform, node["compatibility"]!["platforms"]!.AsArray().Single()!.GetValue<string>());
        Assert.Equal(entryPoint, node["server"]!["entry_point"]!.GetValue<string>());
        Assert.Equal(ProductVersion.Text, node["version"]!.GetValue<string>());
    }

    [Fact]
    public void Every_setting_that_a_bundle_uses_is_one_that_it_asks_for()
    {
        var manifest = JsonNode.Parse(Template("manifest.json"))!;
        var used = Regex.Matches(manifest["server"]!.ToJsonString(), @"\$\{user_config\.(\w+)\}").Select(match => match.Groups[1].Value);

        Assert.Equal(manifest["user_config"]!.AsObject().Select(setting => setting.Key).Order(), used.Order());
        Assert.True(manifest["user_config"]!["key"]!["sensitive"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData("server.json")]
    [InlineData("nuget/server.json")]
    public async Task The_registry_description_has_what_the_registry_requires(string template)
    {
        var rules = await JsonSchema.FromJsonAsync(
            File.ReadAllText(RepositoryRoot.Combine("Backchannel.Native.Tests", "Fixtures", "mcp-registry", "server-2025-12-11.rules.json")));
        var bundles = new Dictionary<string, byte[]>
        {
            [Release.BundleName("linux-x64")] = [1], [Release.BundleName("win-arm64")] = [2],
        };

        var description = Manifests.Server(Release, Template(template), bundles);

        Assert.Empty(rules.Validate(description));
        var server = JsonNode.Parse(description)!;
        Assert.Equal(ProductVersion.Text, Text(server["version"]));
        Assert.Equal("github", Text(server["repository"]!["source"]));
        Assert.All(server["packages"]!.AsArray(), package => AssertPackage(package!));
    }

    [Fact]
    public void The_registry_description_lists_only_the_bundles_that_were_made_with_their_checksums()
    {
        var server = JsonNode.Parse(Manifests.Server(
            Release, Template("server.json"), new Dictionary<string, byte[]> { [Release.BundleName("linux-arm64")] = "x"u8.ToArray() }))!;

        var bundle = Assert.Single(server["packages"]!.AsArray(), package => Text(package!["registryType"]) == "mcpb")!;
        Assert.Equal("2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881", Text(bundle["fileSha256"]));
        Assert.StartsWith($"https://github.com/somebody/backchannel-mcp/releases/download/v{ProductVersion.Text}/", Text(bundle["identifier"]), StringComparison.Ordinal);
    }

    [Fact]
    public void The_image_is_named_in_lower_case_whatever_the_repository_is_called()
    {
        var release = Release with { Repository = "SomeBody/Backchannel-MCP" };

        var server = JsonNode.Parse(Manifests.Server(release, Template("server.json"), new Dictionary<string, byte[]>()))!;

        var image = Assert.Single(server["packages"]!.AsArray(), package => Text(package!["registryType"]) == "oci")!;
        Assert.Equal($"ghcr.io/somebody/backchannel-mcp:{ProductVersion.Text}", Text(image["identifier"]));
    }

    [Fact]
    public void What_proves_ownership_to_the_registry_names_the_same_server()
    {
        var name = Text(JsonNode.Parse(Release.Fill(Template("server.json")))!["name"]);

        Assert.Contains($"<!-- mcp-name: {name} -->", Release.Fill(Template("nuget/README.md")), StringComparison.Ordinal);
        Assert.Contains($"io.modelcontextprotocol.server.name=\"{name}\"", Release.Fill(Template("Dockerfile")), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_environment_variable_in_a_manifest_is_one_that_we_read()
    {
        string[] known = [EnvironmentVariables.BaseUrl, EnvironmentVariables.ApiKey, EnvironmentVariables.AgentLabel, EnvironmentVariables.Log];

        var named = new[] { "server.json", "nuget/server.json", "manifest.json", "Dockerfile" }
            .SelectMany(file => Regex.Matches(Template(file), "BACKCHANNEL_[A-Z_]+")).Select(match => match.Value).Distinct();

        Assert.Empty(named.Except(known));
    }

    [Fact]
    public void The_container_is_made_without_pulling_or_running_anything_and_does_not_run_as_root()
    {
        var instructions = Template("Dockerfile").Split('\n').Where(line => Regex.IsMatch(line, "^[A-Z]+ ")).ToList();

        Assert.Equal("FROM scratch", Assert.Single(instructions, line => line.StartsWith("FROM ", StringComparison.Ordinal)));
        Assert.DoesNotContain(instructions, line => line.StartsWith("RUN ", StringComparison.Ordinal));
        Assert.Contains("USER 65532:65532", instructions);
    }

    [Fact]
    public void No_template_states_a_version_of_its_own()
    {
        var folder = RepositoryRoot.Combine("Backchannel.Native", "Packaging");
        var stated = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Regex.IsMatch(File.ReadAllText(file), $@"(?<![\d.]){Regex.Escape(ProductVersion.Text)}(?![\d.])"));

        Assert.Empty(stated);
    }

    private static void AssertPackage(JsonNode package)
    {
        Assert.Equal("stdio", Text(package["transport"]!["type"]));
        Assert.DoesNotContain('@', Text(package["identifier"]));
        var version = package["version"] is { } stated ? Text(stated) : null;
        Assert.Equal(Text(package["registryType"]) == "nuget" ? ProductVersion.Text : null, version);
        if (Text(package["registryType"]) == "mcpb")
        {
            Assert.Matches("^[0-9a-f]{64}$", Text(package["fileSha256"]));
        }

        Assert.All(package["environmentVariables"]?.AsArray() ?? [], variable => Assert.NotEmpty(Text(variable!["name"])));
    }

    private static string Text(JsonNode? node) => node!.GetValue<string>();

    private static string Template(string name) => File.ReadAllText(RepositoryRoot.Combine("Backchannel.Native", "Packaging", name));
}
