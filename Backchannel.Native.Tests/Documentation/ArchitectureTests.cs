using System.Text.RegularExpressions;

namespace Backchannel.Native.Tests.Documentation;

/// <summary>The map of the code names only what exists.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string[] Files = [.. new[] { "Backchannel.Native", "Backchannel.Native.Tests", ".github", ".ci" }.SelectMany(FilesBelow)];

    private static readonly HashSet<string> Names = [.. Files.Select(path => Path.GetFileName(path))];

    [Fact]
    public void Every_path_in_the_map_exists()
    {
        var missing = Quoted().Where(name => name.Contains('/', StringComparison.Ordinal)).Where(path => !Exists(path.Split(' ')[0]));

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_file_in_the_map_exists()
    {
        var missing = Quoted().Where(name => FileName().IsMatch(name)).Where(name => !Names.Contains(name) && !Exists(name));

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_type_in_the_map_has_a_file_of_its_name()
    {
        var missing = Quoted().Where(name => TypeName().IsMatch(name)).Where(name => !Names.Contains($"{name}.cs") && !Exists(name));

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_floor_of_the_bus_is_on_the_map()
    {
        var floors = Directory.EnumerateDirectories(RepositoryRoot.Combine("Backchannel.Native", "Bus"))
            .Where(folder => FilesBelow(Path.GetRelativePath(RepositoryRoot.Path, folder)).Any(path => path.EndsWith(".cs", StringComparison.Ordinal)))
            .Select(folder => $"Bus/{Path.GetFileName(folder)}");

        Assert.Empty(floors.Except(Quoted()));
    }

    /// <summary>What stands in backticks.</summary>
    private static IEnumerable<string> Quoted() =>
        Backticks().Matches(File.ReadAllText(RepositoryRoot.Combine(".github", "ARCHITECTURE.md"))).Select(match => match.Groups[1].Value).Distinct();

    /// <summary>Paths start in the repository, or in the folder of the product.</summary>
    private static bool Exists(string path) =>
        Path.Exists(RepositoryRoot.Combine(path)) || Path.Exists(RepositoryRoot.Combine("Backchannel.Native", path));

    private static IEnumerable<string> FilesBelow(string folder) =>
        Directory.EnumerateFiles(RepositoryRoot.Combine(folder), "*", SearchOption.AllDirectories);

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Backticks();

    [GeneratedRegex(@"^[\w-]+(\.[\w-]+)*\.(cs|csproj|md|sh|ps1|json|txt|sql|props|yml)$")]
    private static partial Regex FileName();

    [GeneratedRegex(@"^I?[A-Z][a-z]\w*$")]
    private static partial Regex TypeName();
}
