using System.Text.RegularExpressions;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Bus.Storage.Sqlite;

namespace Backchannel.Native.Tests.Bus.Storage.Sqlite;

/// <summary>What SQLite does for every statement of the stores: none may take longer the more a table holds, unless its reason stands here.</summary>
public sealed class QueryPlanTests : IDisposable
{
    /// <summary>A part of a statement, what its plan may contain, and why.</summary>
    private static readonly (string Text, string Step, string Reason)[] Exceptions =
    [
        ("OR (SELECT min(posted_at) FROM messages m", "SCAN c USING COVERING INDEX channels_by_lifetime", "once a minute, on a reader: a look at the first message of each channel that ends"),
        ("WITH RECURSIVE lanes", "SCAN", "walks channels that have an archive, not their messages; once a minute, on a reader"),
        ("UNION ALL SELECT holder, acked FROM messages", "SCAN m", "those that are over; the sweep leaves few of these"),
        ("UNION ALL SELECT created_at, claimed_at FROM messages", "SCAN m", "those that are over; the sweep leaves few of these"),
        ("FROM removed_channels", "SCAN removed_channels", "what is in it is removed in the same pass"),
        ("SELECT count(*) FROM (SELECT 1 FROM messages", "SCAN posted", "at most as many rows as the limit"),
        ("UPDATE dependencies SET met = 2 WHERE met = 0", "SCAN dependencies USING INDEX dependencies_by_prerequisite", "only when the time of one of them is over"),
        ("ORDER BY k.occurred_at", "USE TEMP B-TREE FOR ORDER BY", "the acks of one message, all of which are answered"),
        ("ORDER BY c.name, c.number", "USE TEMP B-TREE FOR ORDER BY", "the related channels of one, all of which are answered"),
        ("ORDER BY granted_at, id", "USE TEMP B-TREE FOR ORDER BY", "the members of one channel, all of which are answered"),
        ("status = 'pending' ORDER BY number", "USE TEMP B-TREE FOR ORDER BY", "the pending requests of one channel, all of which are answered"),
        ("FROM dependencies WHERE met = 2", "SCAN dependencies USING INDEX dependencies_broken", "what is in it is removed in the same pass"),
        ("FROM message_files WHERE file = ? ORDER BY message DESC LIMIT ?", "SCAN n", "at most as many rows as the limit"),
        ("FROM message_files WHERE file = ? ORDER BY message DESC LIMIT ?", "USE TEMP B-TREE FOR DISTINCT", "at most as many rows as the limit"),
        ("UNION SELECT file FROM message_files WHERE key_id", "USE TEMP B-TREE", "the files of one key, as many as its quota allows"),
        ("AS bigint) FROM files", "SCAN files", "once an upload, whose bytes cost more than the rows of all files"),
        ("WHERE c.mode = 'claimable'", "SCAN c USING COVERING INDEX channels_claimable", "once a look at the measures, on a reader: the claimable channels, whose counts are kept"),
        ("FROM messages WHERE holder IS NOT NULL AND acked = 0", "SCAN messages USING INDEX messages_at_work", "once a look at the measures, on a reader: the tasks at work"),
        ("FROM messages WHERE state <> 0", "SCAN messages USING COVERING INDEX messages_by_state", "once a look at the measures, on a reader: the tasks that wait or have failed"),
        ("FROM crowded_channels", "SCAN crowded_channels", "what is in it is removed in the same pass"),
        ("AS run9) ORDER BY m.created_at LIMIT ?6", "SCAN run", "at most as many rows as the limit, of each priority"),
        ("AS run) ORDER BY m.created_at DESC LIMIT ?4", "SCAN run", "at most as many rows as the limit, of each priority"),
        ("WHERE discoverable = 1 ORDER BY created_at DESC LIMIT ?) AS found", "SCAN", "at most as many rows as the limit"),
        ("AS posted WHERE expires_at > ?3", "SCAN posted", "at most as many rows as the first limit"),
        ("AND name < 'result-of-'", "SCAN", "at most as many rows as the limits"),
        ("AND name < 'result-of-'", "USE TEMP B-TREE FOR ORDER BY", "the channels of one key"),
        ("FROM words_gone", "SCAN words_gone", "what is in it is removed in the same pass"),
        ("LIMIT ?2) a ORDER BY 1 LIMIT ?2", "SCAN", "at most twice as many rows as the limit"),
        ("LIMIT ?2) a ORDER BY 1 LIMIT ?2", "USE TEMP B-TREE FOR ORDER BY", "these rows, merged and sorted"),
        ("WHERE words MATCH", "SCAN words VIRTUAL TABLE INDEX", "the index of words itself, from the newest row on"),
        ("DELETE FROM words WHERE rowid", "SCAN words VIRTUAL TABLE INDEX 0:=", "one row"),
        ("SELECT name FROM sqlite_schema", "SCAN sqlite_schema", "at the start; the tables and indexes of the schema"),
        ("max(seq) FROM sqlite_sequence", "SCAN", "at the start; a handful of rows"),
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("plan-").FullName;

    [Fact]
    public async Task No_statement_scans_or_sorts_without_a_reason()
    {
        using var database = Open();
        var plans = await PlansAsync(database, await TextsAsync(database));

        var steps = plans.SelectMany(plan => plan.Steps.Select(step => (plan.Text, Step: step)))
            .Where(plan => plan.Step.Contains("SCAN", StringComparison.Ordinal) || plan.Step.Contains("TEMP B-TREE", StringComparison.Ordinal))
            .Where(plan => !plan.Step.Contains("CONSTANT ROW", StringComparison.Ordinal));

        Assert.All(steps, plan => Assert.True(
            Exceptions.Any(exception =>
                plan.Text.Contains(exception.Text, StringComparison.Ordinal) && plan.Step.Contains(exception.Step, StringComparison.Ordinal)),
            $"{plan.Step}: {plan.Text}"));
    }

    [Fact]
    public async Task Every_exception_is_needed()
    {
        using var database = Open();
        var plans = await PlansAsync(database, await TextsAsync(database));

        Assert.All(Exceptions, exception => Assert.Contains(plans, plan =>
            plan.Text.Contains(exception.Text, StringComparison.Ordinal)
            && plan.Steps.Any(step => step.Contains(exception.Step, StringComparison.Ordinal))));
    }

    /// <summary>However many messages of a channel are over and not yet swept: a listing begins behind them, and stops where no more can fit.</summary>
    [Fact]
    public async Task A_listing_begins_behind_what_is_over()
    {
        using var database = Open();
        var plans = await PlansAsync(database, await TextsAsync(database));

        var listings = plans.Where(plan => plan.Text.Contains("m.channel = ? AND m.created_at > ? AND m.created_at < ? AND +m.expires_at", StringComparison.Ordinal)).ToList();
        var runs = Assert.Single(plans, plan => plan.Text.Contains("IN (SELECT created_at", StringComparison.Ordinal) && plan.Text.Contains("AND priority = 1", StringComparison.Ordinal)
            && plan.Text.Contains("AS run9", StringComparison.Ordinal));

        Assert.Equal(2, listings.Count);
        Assert.All(listings, plan => Assert.Contains(plan.Steps, step => step.Contains("SEARCH m USING INDEX", StringComparison.Ordinal) && step.Contains("rowid>? AND rowid<?", StringComparison.Ordinal)));
        // Of each priority one run, for the listing of unclaimed work.
        Assert.Equal(9, runs.Steps.Count(step =>
            step.Contains("SEARCH messages USING", StringComparison.Ordinal) && step.Contains("INDEX messages_free (channel=? AND acked=? AND priority=? AND rowid>?", StringComparison.Ordinal)));
        // So for the age of the oldest of it, but without a table of each run.
        var ages = Assert.Single(plans, static plan => plan.Text.Contains("AS ages", StringComparison.Ordinal));
        Assert.Equal(9, ages.Steps.Count(static step => step.Contains("SEARCH messages USING INDEX messages_free (channel=? AND acked=? AND priority=?)", StringComparison.Ordinal)));
        Assert.DoesNotContain(ages.Steps, static step => step.Contains("SCAN run", StringComparison.Ordinal) || step.Contains("TEMP B-TREE", StringComparison.Ordinal));
        // A claim, of open work alone or of what is done too, seeks the highest priority and then the oldest of it: an aggregate could read a whole run.
        Assert.DoesNotContain(plans, plan => plan.Text.Contains("AS oldest", StringComparison.Ordinal));
        var highest = Assert.Single(plans, plan => plan.Text.Contains("AND priority < ?3", StringComparison.Ordinal));
        Assert.Contains("INDEX messages_free (channel=? AND acked=? AND priority<?)", highest.Steps[0], StringComparison.Ordinal);
        var first = Assert.Single(plans, plan => plan.Text.Contains("AND priority = (", StringComparison.Ordinal));
        Assert.Contains("INDEX messages_free (channel=? AND acked=? AND priority=? AND rowid>?)", first.Steps[0], StringComparison.Ordinal);
        Assert.Contains(first.Steps, static step => step.Contains("INDEX messages_free (channel=? AND acked=?)", StringComparison.Ordinal));
        var next = plans.Where(plan => plan.Text.Contains("AND priority = ? AND created_at > ?", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, next.Count);
        Assert.All(next, plan => Assert.Contains("INDEX messages_free (channel=? AND acked=? AND priority=? AND rowid>?)", Assert.Single(plan.Steps), StringComparison.Ordinal));
    }

    /// <summary>A statement stays prepared: a text that is made anew for each call would keep one more each time.</summary>
    [Fact]
    public async Task A_call_that_is_made_again_prepares_nothing()
    {
        using var database = Open();
        await TextsAsync(database);
        await TextsAsync(database);

        var texts = await database.Writes.RunAsync(context => ((SqliteConnection)context.Storage.Connection).Texts.ToList());
        Assert.Empty(texts.GroupBy(static text => text).Where(static same => same.Count() > 1).Select(static same => same.Key));
    }

    /// <summary>With <c>RETURNING</c>, SQLite creates a table in memory each time such a statement runs; how many rows changed costs nothing.</summary>
    [Fact]
    public async Task A_statement_that_asks_only_whether_something_changed_needs_no_table_in_memory()
    {
        using var database = Open();
        var texts = await TextsAsync(database);

        Assert.DoesNotContain(texts, text => text.Contains("RETURNING 1", StringComparison.Ordinal));
        var posting = texts.Where(text => text.StartsWith("INSERT INTO messages ", StringComparison.Ordinal) || text.StartsWith("INSERT INTO answers ", StringComparison.Ordinal)).ToList();
        var steps = await database.Writes.RunAsync(context => posting.ConvertAll(text => Column(context.Storage.Connection, "EXPLAIN " + text, 1)));

        Assert.Equal(2, steps.Count);
        Assert.All(steps, codes => Assert.DoesNotContain("OpenEphemeral", codes));
    }

    [Fact]
    public async Task What_a_trigger_does_is_served_by_an_index()
    {
        using var database = Open();
        var bodies = await database.Writes.RunAsync(context =>
        {
            using var query = context.Storage.Connection.Prepare("SELECT sql FROM sqlite_schema WHERE type = 'trigger'");
            var triggers = new List<string>();
            while (query.Step())
            {
                triggers.Add(query.Text(0));
            }

            return triggers;
        });
        var statements = bodies.SelectMany(body => Regex.Match(body, @"\bBEGIN\b(.*)\bEND\b", RegexOptions.Singleline).Groups[1].Value.Split(';'))
            .Select(statement => Regex.Replace(statement, @"\b(NEW|OLD)\.\w+", "?").Trim()).Where(statement => statement.Length > 0).ToList();

        var plans = await PlansAsync(database, statements);

        Assert.NotEmpty(plans);
        Assert.DoesNotContain(plans.SelectMany(plan => plan.Steps), step => step.Contains("SCAN", StringComparison.Ordinal));
    }

    /// <summary>A statement that a store prepares and that the other tests did not see has escaped them.</summary>
    [Fact]
    public async Task Every_statement_of_the_sources_is_looked_at()
    {
        using var database = Open();
        var texts = (await TextsAsync(database)).Select(Normal).ToList();

        var literals = Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "Backchannel.Native", "Bus", "Storage"), "*.cs", SearchOption.AllDirectories)
            // Run once, when a file is opened.
            .Where(static file => Path.GetFileName(file) != "Migrations.cs")
            // Run once a copy, which reads all of a database; or by the other engine.
            .Where(static file => Path.GetFileName(Path.GetDirectoryName(file)) is not ("Copying" or "Reference" or "Postgres"))
            .Where(static file => Path.GetFileName(file) is not ("SqliteCopyTarget.cs" or "SqliteSequences.cs"))
            .SelectMany(file => Literals(File.ReadAllText(file))).ToList();

        Assert.True(literals.Count > 80, $"only {literals.Count} statements were found in the sources");
        Assert.All(literals, literal => Assert.Contains(texts, text => HasPieces(text, literal)));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private BusDatabase Open() => BusDatabase.Open(Path.Combine(folder, "bus.db"), TimeProvider.System, static _ => { });

    /// <summary>The statements of the stores and those of the engine.</summary>
    private static async Task<IReadOnlyList<string>> TextsAsync(BusDatabase database)
    {
        var engines = await database.Writes.RunAsync(context => ((SqliteConnection)context.Storage.Connection).Texts.ToList());
        return [.. engines, .. await StoreCalls.TextsAsync(database)];
    }

    private static Task<List<(string Text, List<string> Steps)>> PlansAsync(BusDatabase database, IReadOnlyList<string> texts) =>
        database.Writes.RunAsync(context => texts.Where(text => !text.StartsWith("PRAGMA", StringComparison.Ordinal))
            .Select(text => (text, Plan(context.Storage.Connection, text))).ToList());

    private static List<string> Plan(ISqlConnection connection, string text) => Column(connection, "EXPLAIN QUERY PLAN " + text, 3);

    private static List<string> Column(ISqlConnection connection, string text, int column)
    {
        using var query = connection.Prepare(text);
        var values = new List<string>();
        while (query.Step())
        {
            values.Add(query.Text(column));
        }

        return values;
    }

    /// <summary>The string literals of a source that hold SQL, interpolations left as braces.</summary>
    private static IEnumerable<string> Literals(string source)
    {
        var raw = Regex.Matches(source, "\"\"\"(.*?)\"\"\"", RegexOptions.Singleline);
        var plain = Regex.Matches(Regex.Replace(source, "\"\"\".*?\"\"\"", "", RegexOptions.Singleline), "\"([^\"\r\n]*)\"");
        return raw.Concat(plain).Select(match => Normal(match.Groups[1].Value))
            .Where(text => Regex.IsMatch(text, @"^(SELECT|INSERT|UPDATE|DELETE|WITH|\{MessageRows.Selection\}) "));
    }

    private static string Normal(string text) => Regex.Replace(text, @"\s+", " ").Trim();

    private static bool HasPieces(string text, string literal)
    {
        var from = 0;
        foreach (var piece in Regex.Split(literal, @"\{[^}]*\}"))
        {
            var at = text.IndexOf(piece, from, StringComparison.Ordinal);
            if (at < 0)
            {
                return false;
            }

            from = at + piece.Length;
        }

        return true;
    }
}
