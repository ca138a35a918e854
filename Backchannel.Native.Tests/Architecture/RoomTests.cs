using System.Text.RegularExpressions;

namespace Backchannel.Native.Tests.Architecture;

/// <summary>A room knows only what its row allows; the arrows of the layout, read from the sources.</summary>
public sealed class RoomTests
{
    private static readonly string[] Rooms = ["Text", "Files", "Wire", "Telemetry", "Client", "JsonRpc", "Mcp", "Tools", "Work", "Wake", "Page", "Bus", "Open", "Cli"];

    private static readonly Regex TypeDeclaration =
        new(@"^internal (?:(?:sealed|static|abstract|readonly|partial|unsafe) )*(?:class|record struct|record|struct|enum|interface) (\w+)", RegexOptions.Multiline);

    private static readonly string[] Foreign =
    [
        "System.Net.Http", "Microsoft.AspNetCore", "SQLitePCL", "Npgsql", "Polly", "System.CommandLine",
        "Tomlyn", "Console.", "Environment.",
    ];

    public static TheoryData<string, string[], string[]> Allowed => new()
    {
        { "Text", [], [] },
        { "Files", [], [] },
        { "Wire", [], [] },
        { "Telemetry", ["Text"], ["System.Net.Http"] },
        { "Client", ["Text", "Files", "Wire"], ["System.Net.Http", "Polly"] },
        { "JsonRpc", ["Text"], [] },
        { "Mcp", ["Text", "JsonRpc"], [] },
        { "Tools", ["Text", "Files", "Mcp", "Client", "Wire", "Telemetry"], [] },
        { "Work", ["Text", "Files", "Tools", "Client", "Wire", "Telemetry"], [] },
        { "Wake", ["Text", "Files", "Tools", "Mcp", "Client", "Wire"], [] },
        { "Page", ["Text"], [] },
        { "Open", ["Text", "Wire", "Client", "Page"], ["Microsoft.AspNetCore", "System.Net.Http"] },
        { "Bus", ["Text", "Files", "Wire", "Telemetry", "Page"], ["Microsoft.AspNetCore", "SQLitePCL", "Npgsql", "System.Net.Http"] },
        {
            "Cli",
            ["Text", "Files", "Wire", "Telemetry", "Client", "JsonRpc", "Mcp", "Tools", "Work", "Wake", "Bus", "Open"],
            ["System.CommandLine", "Tomlyn", "Console.", "Environment."]
        },
    };

    [Theory]
    [MemberData(nameof(Allowed))]
    public void A_room_uses_only_the_rooms_and_libraries_of_its_row(string room, string[] rooms, string[] libraries)
    {
        var forbidden = Rooms.Except([room, .. rooms]).Select(other => $"Backchannel.Native.{other}")
            .Concat(Foreign.Except(libraries))
            .Select(word => (Word: word, Pattern: PatternOf(word)))
            .ToList();

        var offences =
            from file in Directory.EnumerateFiles(RepositoryRoot.Combine("Backchannel.Native", room), "*.cs", SearchOption.AllDirectories)
            from line in File.ReadLines(file)
            where !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
            from rule in forbidden
            where rule.Pattern.IsMatch(line)
            select $"{Path.GetRelativePath(RepositoryRoot.Path, file)}: {rule.Word}: {line.Trim()}";

        Assert.Empty(offences);
    }

    [Fact]
    public void Every_folder_of_the_product_is_a_room()
    {
        var folders = Directory.EnumerateDirectories(RepositoryRoot.Combine("Backchannel.Native"))
            .Select(Path.GetFileName)
            .Where(name => name is not ("bin" or "obj" or "Packaging"));

        Assert.Equal(Rooms.Order(), folders.Order());
    }

    [Fact]
    public void No_two_rooms_have_a_type_of_one_name()
    {
        var shared =
            from room in Rooms
            from file in Directory.EnumerateFiles(RepositoryRoot.Combine("Backchannel.Native", room), "*.cs", SearchOption.AllDirectories)
            from Match type in TypeDeclaration.Matches(File.ReadAllText(file))
            group room by type.Groups[1].Value into rooms
            where rooms.Distinct().Count() > 1
            select $"{rooms.Key}: {string.Join(", ", rooms.Distinct())}";

        Assert.Empty(shared);
    }

    [Fact]
    public void The_top_level_is_exactly_what_was_agreed()
    {
        string[] agreed =
        [
            "Backchannel.Native", "Backchannel.Native.Tests", "Directory.Build.props", "Directory.Packages.props", "LICENSE", "README.md",
            "backchannel.sln", "build.ps1", "build.sh", "global.json",
        ];

        var found = Directory.EnumerateFileSystemEntries(RepositoryRoot.Path)
            .Select(path => Path.GetFileName(path)!)
            .Where(name => !name.StartsWith('.'));

        Assert.Equal(agreed.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    // A type is meant by its bare name; `start.Environment` is a property of something else.
    private static Regex PatternOf(string word) =>
        word.EndsWith('.') ? new($@"(?<![\w.]){Regex.Escape(word)}") : new($@"(?<!\w){Regex.Escape(word)}(?!\w)");
}
