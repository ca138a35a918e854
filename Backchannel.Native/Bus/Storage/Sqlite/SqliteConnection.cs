using System.Globalization;
using Backchannel.Native.Bus.Storage.Engine;
using SQLitePCL;

namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>One connection to the database file; it compiles every statement once.</summary>
internal sealed class SqliteConnection : ISqlConnection, IDisposable
{
    /// <summary>The value of <c>PRAGMA auto_vacuum</c> in a file that can give single pages back.</summary>
    public const int IncrementalVacuum = 2;

    private readonly sqlite3 handle;
    private readonly Dictionary<string, SqliteStatement> statements = new(ReferenceEqualityComparer.Instance);

    private SqliteConnection(sqlite3 handle)
    {
        this.handle = handle;
        Words = new SqliteWords(this);
    }

    public long Writes => raw.sqlite3_total_changes(handle);

    public IWordIndex Words { get; }

    public int LastChanges => raw.sqlite3_changes(handle);

    public bool InTransaction => raw.sqlite3_get_autocommit(handle) == 0;

    /// <param name="vfs">Null: SQLite's own for this system.</param>
    public static SqliteConnection Open(string path, bool create, string? vfs = null)
    {
        var flags = raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX | (create ? raw.SQLITE_OPEN_CREATE : 0);
        var result = raw.sqlite3_open_v2(path, out var handle, flags, vfs);
        if (result != raw.SQLITE_OK)
        {
            handle.Dispose();
            throw new StorageException(ResultCode.Classify(result), $"cannot open the database file: {raw.sqlite3_errstr(result).utf8_to_string()}");
        }

        raw.sqlite3_busy_timeout(handle, 5_000);
        return new SqliteConnection(handle);
    }

    /// <summary>Runs SQL that has no parameters and no result.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(handle, sql));

    public IStatement Prepare(string sql)
    {
        if (statements.TryGetValue(sql, out var known))
        {
            return known;
        }

        Check(raw.sqlite3_prepare_v3(handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var compiled));
        var statement = new SqliteStatement(this, compiled);
        statements.Add(sql, statement);
        return statement;
    }

    public void Begin() => Prepare("BEGIN IMMEDIATE").Run();

    public void Commit() => Prepare("COMMIT").Run();

    public void Rollback() => Execute("ROLLBACK");

    /// <summary>Begins a transaction that sees one state of the database.</summary>
    public void BeginRead() => Prepare("BEGIN").Run();

    /// <summary>Gives back the memory of the page cache.</summary>
    public void ReleaseMemory() => Execute("PRAGMA shrink_memory");

    /// <summary>Takes up to this many free pages off the end of the file; a later checkpoint makes the file itself shorter.</summary>
    public void ReleasePages(int count) => Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA incremental_vacuum({count})"));

    /// <summary>Brings what was committed into the file itself, up to the oldest state that a reader still reads.</summary>
    public void Checkpoint() => Execute("PRAGMA wal_checkpoint(PASSIVE)");

    /// <summary>Reads every page and checks that they fit together.</summary>
    /// <exception cref="StorageException">They do not.</exception>
    public void RequireSound()
    {
        using var check = Prepare("PRAGMA quick_check(1)");
        if (check.Step() && check.Text(0) is not "ok" and var finding)
        {
            throw new StorageException(StorageFailure.Damage, finding.Split('\n')[^1]);
        }
    }

    /// <summary>Ends whatever statement runs on this connection; may be called by another thread.</summary>
    public void Interrupt() => raw.sqlite3_interrupt(handle);

    public long QueryInteger(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Integer(0) : 0;
    }

    public void Dispose()
    {
        foreach (var statement in statements.Values)
        {
            statement.Close();
        }

        handle.Dispose();
    }

    public StorageException Failure(int code)
    {
        var extended = raw.sqlite3_extended_errcode(handle);
        var exact = ResultCode.Primary(extended) == ResultCode.Primary(code) ? extended : code;
        return new(ResultCode.Classify(exact), raw.sqlite3_errmsg(handle).utf8_to_string());
    }

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw Failure(code);
        }
    }
}
