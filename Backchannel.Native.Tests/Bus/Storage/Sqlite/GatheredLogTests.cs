using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Bus.Storage.Sqlite;

namespace Backchannel.Native.Tests.Bus.Storage.Sqlite;

/// <summary>A connection whose log is written in one piece shows and keeps what any other one does.</summary>
public sealed class GatheredLogTests : IDisposable
{
    /// <summary>Far more than what is gathered at once, and than the connection's cache: SQLite writes pages before the commit, reads them back and replaces them.</summary>
    private const int Rows = 500;

    private readonly TemporaryFolder folder = new();

    public GatheredLogTests() => SqliteLibrary.Load();

    private string Database => folder.File("some.db");

    [Fact]
    public void Transaction_larger_than_the_cache_reads_what_it_wrote_and_keeps_it_when_it_is_committed()
    {
        using var writer = Open();
        using var reader = SqliteConnection.Open(Database, create: false);

        writer.Begin();
        Fill(writer, 'a');
        Assert.Equal(Rows, Count(writer, 'a'));
        writer.Execute("UPDATE rows SET text = replace(text, 'a', 'b')");
        Assert.Equal((0, Rows), (Count(writer, 'a'), Count(writer, 'b')));
        Assert.Equal(0, Count(reader, 'b'));
        writer.Commit();

        Assert.Equal(Rows, Count(reader, 'b'));
        Assert.Equal("ok", DatabaseFile.CheckIntegrity(Database));
    }

    [Fact]
    public void Transaction_that_is_undone_leaves_nothing_behind()
    {
        using var writer = Open();
        using var reader = SqliteConnection.Open(Database, create: false);

        writer.Begin();
        Fill(writer, 'a');
        writer.Rollback();
        writer.Begin();
        writer.Execute("INSERT INTO rows (text) VALUES ('b')");
        writer.Commit();

        Assert.Equal((0, 1), (Count(reader, 'a'), Count(reader, 'b')));
        Assert.Equal("ok", DatabaseFile.CheckIntegrity(Database));
    }

    [Fact]
    public void What_was_committed_is_there_for_who_opens_the_files_as_a_crash_would_leave_them()
    {
        using var writer = Open();
        writer.Begin();
        Fill(writer, 'a');
        writer.Commit();
        writer.Execute("INSERT INTO rows (text) VALUES ('b')");
        var copy = folder.File("copy.db");
        File.Copy(Database, copy);
        File.Copy(Database + "-wal", copy + "-wal");

        using var reader = SqliteConnection.Open(copy, create: false);

        Assert.Equal((Rows, 1), (Count(reader, 'a'), Count(reader, 'b')));
    }

    public void Dispose() => folder.Dispose();

    private SqliteConnection Open()
    {
        var connection = SqliteConnection.Open(Database, create: true, GatheredLog.Name);
        connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = 10; CREATE TABLE rows (text TEXT)");
        return connection;
    }

    private static void Fill(SqliteConnection connection, char letter)
    {
        for (var i = 0; i < Rows; i++)
        {
            connection.Prepare("INSERT INTO rows (text) VALUES (?)").Bind(new string(letter, 4_000)).Run();
        }
    }

    private static long Count(SqliteConnection connection, char letter)
    {
        using var query = connection.Prepare("SELECT count(*) FROM rows WHERE text LIKE ?");
        return query.Bind($"{letter}%").All(static row => row.Integer(0))[0];
    }
}
