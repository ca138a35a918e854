using System.Text.RegularExpressions;

namespace Backchannel.Native.Tests.Architecture;

/// <summary>The floors of the bus: a folder of <c>Bus</c> uses only those that stand before it, read from the sources.</summary>
public sealed partial class FloorTests
{
    /// <summary>From the ground up. The files beside the folders put everything together and may use all of it.</summary>
    private static readonly string[] Floors =
    [
        "Storage", "Settings", "Memory", "Rules", "Waiting", "Webhooks", "Maintenance", "Requests", "Endpoints", "Connections", "Tls", "Http",
    ];

    /// <summary>The few that stand side by side: neither may use the other, although one is listed first.</summary>
    private static readonly (string Floor, string Other)[] SideBySide =
    [
        ("Maintenance", "Webhooks"), ("Maintenance", "Waiting"), ("Requests", "Waiting"), ("Requests", "Webhooks"), ("Requests", "Maintenance"),
        ("Endpoints", "Webhooks"), ("Endpoints", "Maintenance"), ("Connections", "Endpoints"), ("Connections", "Waiting"), ("Connections", "Webhooks"),
        ("Connections", "Maintenance"), ("Tls", "Connections"), ("Tls", "Endpoints"), ("Tls", "Waiting"), ("Tls", "Webhooks"), ("Tls", "Maintenance"),
        ("Http", "Tls"), ("Http", "Webhooks"),
    ];

    public static TheoryData<string> All => [.. Floors];

    [Theory]
    [MemberData(nameof(All))]
    public void A_floor_uses_only_the_floors_below_it(string floor)
    {
        var below = Floors.TakeWhile(other => other != floor).Except(SideBySide.Where(pair => pair.Floor == floor).Select(pair => pair.Other));
        var forbidden = TypesByFloor().Where(entry => entry.Key != floor && !below.Contains(entry.Key)).ToList();

        var offences =
            from file in Files(floor)
            let words = Words(file)
            from entry in forbidden
            from type in entry.Value
            where words.Contains(type)
            select $"{Path.GetFileName(file)}: {entry.Key}/{type}";

        Assert.Empty(offences);
    }

    [Theory]
    [InlineData("Microsoft.AspNetCore", "Requests", "Connections", "Tls", "Http")]
    [InlineData("System.Net.Http", "Webhooks")]
    [InlineData("Npgsql", "Storage")]
    public void A_library_is_used_on_its_floors_only(string library, params string[] floors)
    {
        var offences =
            from floor in Floors.Except(floors)
            from file in Files(floor)
            where WithoutComments(file).Contains(library, StringComparison.Ordinal)
            select $"{floor}/{Path.GetFileName(file)}";

        Assert.Empty(offences);
    }

    [Fact]
    public void Only_the_storage_writes_sql()
    {
        var offences =
            from floor in Floors.Except(["Storage"])
            from file in Files(floor)
            where WithoutComments(file).Contains("Connection.Prepare(", StringComparison.Ordinal) || WithoutComments(file).Contains("Storage.Connection", StringComparison.OrdinalIgnoreCase)
            select $"{floor}/{Path.GetFileName(file)}";

        Assert.Empty(offences);
    }

    [Fact]
    public void Every_folder_of_the_bus_is_a_floor()
    {
        var folders = Directory.EnumerateDirectories(RepositoryRoot.Combine("Backchannel.Native", "Bus")).Select(path => Path.GetFileName(path)!);

        Assert.Equal(Floors.Order(), folders.Where(name => name != "Pages").Order());
    }

    /// <summary>A second engine touches its own folder and the line that chooses it.</summary>
    [Fact]
    public void Only_the_folder_of_sqlite_knows_sqlite_except_for_the_lines_that_open_it_and_the_command_that_compacts_a_file()
    {
        (string File, string Type)[] allowed =
        [
            ("BusDatabase.cs", "SqliteEngine"), ("CompactAction.cs", "Compaction"), ("CopyPlaces.cs", "SqliteCopySource"), ("CopyPlaces.cs", "SqliteCopyTarget"),
        ];
        var types = Declared("Storage/Sqlite").ToHashSet();

        var offences =
            from file in ProductFiles()
            where !file.Contains(Path.Combine("Storage", "Sqlite") + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            from word in Words(file).Where(types.Contains).Concat(SqliteOnly().Matches(WithoutComments(file)).Select(match => match.Value))
            where !allowed.Contains((Path.GetFileName(file), word))
            select $"{Path.GetFileName(file)}: {word}";

        Assert.NotEmpty(types);
        Assert.Empty(offences);
    }

    [Fact]
    public void Only_the_folder_of_postgres_knows_postgres_except_for_the_files_that_open_it_and_those_that_tell_an_address_from_a_path()
    {
        string[] allowed = ["BusDatabase.cs", "CopyPlaces.cs", "StorageFault.cs", "CopyCommand.cs", "ServeOptions.cs", "StartFault.cs"];

        var knowing = ProductFiles()
            .Where(static file => !file.Contains(Path.Combine("Storage", "Postgres") + Path.DirectorySeparatorChar, StringComparison.Ordinal)
                && (WithoutComments(file).Contains("Postgres.", StringComparison.Ordinal) || WithoutComments(file).Contains("Storage.Postgres;", StringComparison.Ordinal)))
            .Select(static file => Path.GetFileName(file));

        Assert.Equal(allowed.Order(StringComparer.Ordinal), knowing.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Only_the_storage_knows_how_an_engine_is_asked()
    {
        // What an engine asks for in turn.
        string[] passes = ["IMaintenancePass", "ScheduledPass"];
        var types = Declared("Storage/Engine").Except(passes).ToHashSet();

        var offences =
            from file in ProductFiles()
            where !file.Contains(Path.Combine("Bus", "Storage") + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            from word in Words(file).Where(types.Contains)
            select $"{Path.GetFileName(file)}: {word}";

        Assert.Contains("IStatement", types);
        Assert.Empty(offences);
    }

    private static IEnumerable<string> ProductFiles() =>
        Directory.EnumerateFiles(RepositoryRoot.Combine("Backchannel.Native"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static IEnumerable<string> Declared(string floor) =>
        Files(floor).SelectMany(file => Declaration().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value));

    private static string WithoutComments(string file) => Comment().Replace(File.ReadAllText(file), "");

    /// <summary>The types that each floor declares; the files beside the floors are their roof.</summary>
    private static Dictionary<string, List<string>> TypesByFloor() => Floors.Append("")
        .ToDictionary(floor => floor, floor => Declared(floor).ToList());

    private static IEnumerable<string> Files(string floor) => Directory.EnumerateFiles(
        RepositoryRoot.Combine("Backchannel.Native", "Bus", floor), "*.cs", floor.Length > 0 ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly);

    /// <summary>The names that a file uses as types: neither after a dot nor in comments and strings.</summary>
    private static HashSet<string> Words(string file)
    {
        var code = CommentOrString().Replace(File.ReadAllText(file), "");
        return [.. TypeUse().Matches(code).Select(match => match.Value)];
    }

    [GeneratedRegex(@"^(?:internal|public) (?:(?:static|sealed|abstract|readonly|partial|ref) )*(?:class|record struct|record|struct|interface|enum) (\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"//[^\n]*|""(?:\\.|[^""\\\n])*""")]
    private static partial Regex CommentOrString();

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\bSQLitePCL\b|\bPRAGMA\b|\bsqlite_\w+|\bsqlite3_\w+")]
    private static partial Regex SqliteOnly();

    // A property of the same name is followed by its accessors, an assignment or a member of its value.
    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*(?! (?:\{ get|=[^>=]))\b")]
    private static partial Regex TypeUse();
}
