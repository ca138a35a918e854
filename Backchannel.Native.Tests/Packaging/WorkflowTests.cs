using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Backchannel.Native.Tests.Packaging;

/// <summary>The workflows call what exists, build what is offered, and may do no more than they must.</summary>
public sealed class WorkflowTests
{
    private static readonly string Folder = RepositoryRoot.Combine(".github", "workflows");

    public static TheoryData<string> All => [.. Directory.GetFiles(Folder, "*.yml").Select(path => Path.GetFileName(path))];

    [Fact]
    public void A_release_builds_every_RID_that_the_build_script_offers()
    {
        var offered = Regex.Match(File.ReadAllText(RepositoryRoot.Combine("Backchannel.Native", "Packaging", "release.sh")), "there is no such RID here; known: ([^\"]+)").Groups[1].Value.Split(' ');

        var built = Matrix("release.yml", "build").SelectMany(row => new[] { Text(row, "rid"), Text(row, "also") }).Where(rid => rid.Length > 0);

        Assert.Equal(offered.Order(StringComparer.Ordinal), built.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_RID_is_built_on_its_own_system()
    {
        Assert.All(Matrix("release.yml", "build"), row => Assert.StartsWith(
            Text(row, "rid").Split('-')[0] switch { "win" => "windows-", "osx" => "macos-", _ => "ubuntu-" }, Text(row, "os"), StringComparison.Ordinal));
    }

    [Fact]
    public void The_tool_package_points_to_the_RIDs_that_a_release_builds()
    {
        var pointed = Regex.Match(
            File.ReadAllText(RepositoryRoot.Combine("Backchannel.Native", "Packaging", "NuGetTool.targets")),
            "<ToolPackageRuntimeIdentifiers>(.*)</ToolPackageRuntimeIdentifiers>").Groups[1].Value.Split(';');

        Assert.Equal(
            Matrix("release.yml", "build").Select(row => Text(row, "rid")).Append("any").Order(StringComparer.Ordinal), pointed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_tests_run_on_all_three_systems()
    {
        var rows = Matrix("ci.yml", "test");

        Assert.All(new[] { "ubuntu-", "macos-" }, system => Assert.Contains(
            rows, row => Text(row, "os").StartsWith(system, StringComparison.Ordinal) && Text(row, "command") == "./build.sh test"));
        Assert.Contains(rows, row => Text(row, "os").StartsWith("windows-", StringComparison.Ordinal) && Text(row, "command") == "./build.ps1 test");
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Every_verb_that_a_workflow_calls_exists_in_the_script_that_it_calls(string workflow)
    {
        var calls = Regex.Matches(File.ReadAllText(Path.Combine(Folder, workflow)), @"\./(build\.\w+) ([a-z-]+)");

        Assert.All(calls, call => Assert.Contains(call.Groups[2].Value, BuildScriptTests.Verbs(call.Groups[1].Value)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_workflow_reads_unless_a_job_says_otherwise_and_every_job_ends_in_time(string workflow)
    {
        var root = Load(workflow);

        Assert.Equal("contents: read", Permissions(root));
        Assert.All(Jobs(root), job => Assert.InRange(int.Parse(Text(job.Value, "timeout-minutes"), null), 1, 60));
    }

    [Fact]
    public void Only_these_jobs_may_write()
    {
        var granted = Directory.GetFiles(Folder, "*.yml").SelectMany(path => Jobs(Load(Path.GetFileName(path)))
            .Where(job => job.Value.Children.ContainsKey("permissions"))
            .Select(job => $"{Path.GetFileNameWithoutExtension(path)}/{job.Key}: {Permissions(job.Value)}"));

        Assert.Equal(
        [
            "publish/container: contents: read, packages: write",
            "publish/registry: contents: read, id-token: write",
            "release/draft: contents: write, id-token: write, attestations: write",
        ], granted.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Every_action_is_named_by_its_commit_with_the_version_beside_it(string workflow)
    {
        var uses = File.ReadLines(Path.Combine(Folder, workflow)).Where(line => line.Contains("uses:", StringComparison.Ordinal));

        Assert.All(uses, line => Assert.Matches(@"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line));
    }

    private static YamlMappingNode Load(string workflow)
    {
        var yaml = new YamlStream();
        using var reader = File.OpenText(Path.Combine(Folder, workflow));
        yaml.Load(reader);
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    private static Dictionary<string, YamlMappingNode> Jobs(YamlMappingNode root) =>
        ((YamlMappingNode)root["jobs"]).ToDictionary(job => job.Key.ToString(), job => (YamlMappingNode)job.Value);

    private static List<YamlMappingNode> Matrix(string workflow, string job) =>
        [.. ((YamlSequenceNode)Jobs(Load(workflow))[job]["strategy"]["matrix"]["include"]).Cast<YamlMappingNode>()];

    private static string Permissions(YamlMappingNode node) =>
        string.Join(", ", ((YamlMappingNode)node["permissions"]).Select(permission => $"{permission.Key}: {permission.Value}"));

    private static string Text(YamlMappingNode node, string key) => node.Children.TryGetValue(key, out var value) ? value.ToString() : "";
}
