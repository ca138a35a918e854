using Backchannel.Native.Bus.Storage.Engine;
using Npgsql;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>One connection to the server. What is written waits, and is sent with the next query or with the commit.</summary>
internal class PostgresConnection : ISqlConnection, IDisposable
{
    private readonly NpgsqlDataSource source;
    private readonly Dictionary<string, PostgresStatement> statements = new(ReferenceEqualityComparer.Instance);
    private readonly List<SqlCommand> waiting = [];
    private NpgsqlConnection? connection;
    private int lastChanges;

    public PostgresConnection(NpgsqlDataSource source)
    {
        this.source = source;
        Words = new PostgresWords(this);
    }

    public IWordIndex Words { get; }

    public long Writes { get; protected set; }

    public virtual int LastChanges
    {
        get
        {
            if (waiting.Count > 0)
            {
                waiting[^1].IsCounted = true;
            }

            Send([]);
            return lastChanges;
        }
    }

    /// <summary>Whether nothing is taken for granted until the next commit, because what was taken for granted was not so.</summary>
    public bool IsCareful { get; set; }

    /// <summary>How often something was sent, and its answer awaited.</summary>
    public long RoundTrips { get; protected set; }

    /// <summary>Whether a connection stands that is not known to be broken.</summary>
    public bool IsOpen => connection is { FullState: System.Data.ConnectionState.Open };

    public IStatement Prepare(string sql)
    {
        if (!statements.TryGetValue(sql, out var known))
        {
            statements.Add(sql, known = new PostgresStatement(this, sql));
        }

        // A rehearsal may have ended between a value that was bound and the run: the next use must not bind behind it.
        known.Dispose();
        return known;
    }

    /// <summary>Connects, unless it is connected.</summary>
    /// <exception cref="StorageException">The server cannot be reached, or refuses.</exception>
    public void Open()
    {
        if (IsOpen)
        {
            return;
        }

        Close();
        try
        {
            connection = source.OpenConnection();
            connection.Notice += (_, notice) => HasWarning |= notice.Notice.InvariantSeverity == "WARNING";
        }
        catch (Exception failure) when (PostgresFailure.IsOne(failure))
        {
            throw PostgresFailure.Of(failure);
        }
    }

    /// <summary>Ends the connection; what waited is forgotten.</summary>
    public void Close()
    {
        waiting.Clear();
        connection?.Dispose();
        connection = null;
    }

    /// <summary>The rows of a statement, from after all that was written before.</summary>
    public virtual SqlRows Query(PostgresStatement statement, SqlValue[] values)
    {
        if (statement.Shape.Writes.Count > 0)
        {
            Writes++;
        }

        return Send([new SqlCommand(statement, values)])[0];
    }

    /// <summary>Takes a write. An error of it shows later, at the next query or at the commit, and undoes everything.</summary>
    public virtual void Write(PostgresStatement statement, SqlValue[] values)
    {
        Writes++;
        waiting.Add(new SqlCommand(statement, values));
    }

    /// <summary>Runs a command of the engine's own before anything else that waits.</summary>
    public void Run(string sql, params ReadOnlySpan<SqlValue> values) => waiting.Add(new SqlCommand(sql, values));

    /// <summary>Sends what waits, and queries.</summary>
    /// <returns>The rows of each query.</returns>
    public IReadOnlyList<SqlRows> Send(IReadOnlyList<SqlCommand> queries)
    {
        if (waiting.Count + queries.Count == 0)
        {
            return [];
        }

        SqlCommand[] commands = [.. waiting, .. queries];
        waiting.Clear();
        RoundTrips++;
        try
        {
            return SendAll(commands)[^queries.Count..];
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.UniqueViolation && commands.Any(static command => command.IsTakenForGranted))
        {
            IsCareful = true;
            throw new RunAgainException();
        }
        // A driver whose connection breaks under it throws other exceptions too.
        catch (Exception failure) when (PostgresFailure.IsOne(failure) || !IsOpen)
        {
            var meant = PostgresFailure.Of(failure);
            throw IsOpen || meant.IsUnavailable || meant.IsDiskTrouble || meant.IsDamage
                ? meant
                : new StorageException(StorageFailure.Unavailable, meant.Message) { State = meant.State };
        }
    }

    /// <summary>Runs a script at once.</summary>
    public void Execute(string script)
    {
        Send([]);
        try
        {
            using var command = new NpgsqlCommand(script, connection);
            command.ExecuteNonQuery();
        }
        catch (Exception failure) when (PostgresFailure.IsOne(failure))
        {
            throw PostgresFailure.Of(failure);
        }
    }

    /// <summary>Undoes the transaction, what waits included. A connection that cannot do that is ended, which does it too.</summary>
    public void Abandon()
    {
        waiting.Clear();
        try
        {
            if (IsOpen)
            {
                Run("ROLLBACK");
                Send([]);
            }
        }
        catch (StorageException)
        {
            Close();
        }
    }

    /// <summary>In seconds; null: as for every connection.</summary>
    public int? LongestAnswer { get; set; }

    /// <summary>Whether the server warned since this was last set.</summary>
    public bool HasWarning { get; set; }

    public void Dispose() => Close();

    /// <summary>What waits to be sent.</summary>
    protected IReadOnlyList<SqlCommand> Waiting => waiting;

    private SqlRows[] SendAll(SqlCommand[] commands)
    {
        using var batch = new NpgsqlBatch(connection ?? throw new StorageException(StorageFailure.Unavailable, "there is no connection to the database"));
        batch.Timeout = LongestAnswer ?? batch.Timeout;
        var bundles = CommandBundle.Of(commands);
        foreach (var bundle in bundles)
        {
            batch.BatchCommands.Add(bundle.ToBatch());
        }

        var rows = new SqlRows[commands.Length];
        using (var reader = batch.ExecuteReader())
        {
            foreach (var bundle in bundles)
            {
                bundle.Read(reader, rows);
            }
        }

        lastChanges = (int)batch.BatchCommands[^1].RecordsAffected;

        return rows;
    }
}
