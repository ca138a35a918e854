using System.Globalization;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>The data in a database of PostgreSQL, which several processes may share.</summary>
/// <remarks>
/// The writer is a row. Its lock is held until the commit, so batches of all processes stand one behind the other, and all that is said about one
/// writer stays true. It is also the clock: it holds the newest time that was given.
/// </remarks>
internal sealed class PostgresEngine : IEngine
{
    /// <summary>Names of processes that wrote nothing for so long are forgotten; one that lives gets its own back with its next commit.</summary>
    private const long LongestAbsence = 7 * 24 * 3600 * Instant.PerSecond;

    private const string TakeTurn = "SELECT last, process FROM writer FOR UPDATE";
    private const string ReadClock = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)";

    /// <summary>Says that this process has written, up to which time, and what. One statement, because each costs the server about as much as a small write.</summary>
    private const string EndTurn =
        $"""
        WITH turn AS (UPDATE writer SET last = $1, process = $2),
            number AS (INSERT INTO processes (process, batch, seen_at) VALUES ($2, $3, $4)
                ON CONFLICT (process) DO UPDATE SET batch = excluded.batch, seen_at = excluded.seen_at)
        SELECT 1 FROM pg_notify('{PostgresNotices.Channel}', $5)
        """;

    private readonly PostgresServer server;
    private readonly SharedClock clock;
    private readonly PostgresWriter writer;
    private readonly ReaderLanes lanes;
    private readonly PostgresNotices notices;
    private bool isBegun;
    private volatile bool hasFailed;
    private long batch;
    private long writesBefore;

    private PostgresEngine(PostgresServer server, SharedClock clock, IOtherProcesses others)
    {
        this.server = server;
        this.clock = clock;
        writer = new PostgresWriter(server.Source);
        lanes = new ReaderLanes(server);
        notices = new PostgresNotices(server, others);
    }

    public string Name => "postgresql";

    public bool CanWrite => !server.IsAway && !hasFailed;

    public ISqlConnection Writer => writer;

    public bool IsShared => true;

    public bool WritesOnCallersThread => false;

    public IRehearsal? Rehearsal => writer;

    public long FreeSpace => long.MaxValue;

    /// <summary>Connects, brings the schema forward, and listens for what other processes change.</summary>
    /// <param name="clock">Set to the server's time.</param>
    /// <param name="others">Hears what other processes change, and whether the server can be reached.</param>
    /// <exception cref="StorageException">The server cannot be reached, or refuses.</exception>
    /// <exception cref="InvalidOperationException">The database was written by a newer program, or belongs to another one.</exception>
    public static PostgresEngine Open(PostgresAddress address, SharedClock clock, IOtherProcesses others)
    {
        var server = new PostgresServer(address, others);
        try
        {
            using (var connection = new PostgresConnection(server.Source))
            {
                connection.Open();
                PostgresMigrations.Apply(connection);
                connection.Run(string.Create(CultureInfo.InvariantCulture, $"DELETE FROM processes WHERE seen_at < {Instant.Now(clock) - LongestAbsence}"));
                connection.Send([]);
            }

            return new PostgresEngine(server, clock, others);
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    public WriterTurn Begin()
    {
        writer.Forget();
        writesBefore = writer.Writes;
        var wasOpen = writer.IsOpen;
        try
        {
            WriterTurn turn;
            try
            {
                turn = BeginOnce();
            }
            catch (StorageException failure) when (failure.IsUnavailable && wasOpen && !writer.IsOpen)
            {
                // The server has ended an idle connection, or was started anew.
                turn = BeginOnce();
            }

            server.TakesWrites();
            return turn;
        }
        catch (StorageException failure)
        {
            hasFailed = true;

            // Behind the same address there may be another server by now.
            writer.Close();
            isBegun = false;
            throw server.Explain(failure);
        }
    }

    public void Commit(long lastTime, IEnumerable<Change> changes)
    {
        if (writer.Writes == writesBefore)
        {
            writer.Abandon();
            isBegun = false;
            hasFailed = false;
            return;
        }

        try
        {
            Keep(lastTime, changes);
            hasFailed = false;
        }
        catch (StorageException)
        {
            hasFailed = true;
            throw;
        }
    }

    public void Rollback()
    {
        if (isBegun)
        {
            isBegun = false;
            writer.Abandon();
        }
    }

    public ValueTask<T> ReadAsync<T>(Func<StorageSession, T> read) => lanes.ReadAsync(read);

    /// <summary>A server is not moved away as a file is.</summary>
    public bool IsInPlace() => true;

    public void RequireInPlace()
    {
    }

    public IReadOnlyList<ScheduledPass> Maintenance(BusDatabase database) => [];

    public void Dispose()
    {
        notices.Dispose();
        lanes.Dispose();
        writer.Dispose();
        server.Dispose();
    }

    private void Keep(long lastTime, IEnumerable<Change> changes)
    {
        batch++;
        writer.Run(
            EndTurn,
            SqlValue.Of(lastTime),
            SqlValue.Of(server.Process),
            SqlValue.Of(batch),
            SqlValue.Of(Instant.Now(clock)),
            SqlValue.Of(Announcement.Write(server.Process, lastTime, changes)));
        writer.Run("COMMIT");
        writer.HasWarning = false;
        var start = TimeProvider.System.GetTimestamp();
        try
        {
            writer.Send([]);
        }
        catch (StorageException failure) when (!writer.IsOpen)
        {
            // It may have been kept, whatever the last words were: a server that fails while it commits can have written it.
            isBegun = false;
            if (!IsKept(start))
            {
                throw new StorageException(failure.IsDiskTrouble ? StorageFailure.DiskTrouble : StorageFailure.Unavailable, failure.Message);
            }
        }

        isBegun = false;
        writer.IsCareful = false;
        if (writer.HasWarning && !IsKept(start))
        {
            // The primary did not wait for its standby, and that one took over without the commit.
            throw new StorageException(StorageFailure.Unavailable, "the commit was lost with its server");
        }
    }

    /// <param name="start">When the commit was sent.</param>
    private bool IsKept(long start)
    {
        try
        {
            return UndecidedCommit.IsKept(server, batch, start);
        }
        catch (StorageException failure) when (failure.IsUndecided)
        {
            server.Rename();
            throw;
        }
    }

    private WriterTurn BeginOnce()
    {
        server.Reach(writer);
        isBegun = true;
        var askedAt = SharedClock.MachinesNow;
        writer.Run("BEGIN");
        var turn = writer.Send([new SqlCommand(TakeTurn), new SqlCommand(ReadClock)]);
        if (turn[0].Count == 0)
        {
            throw new StorageException(StorageFailure.Refused, "the row of the table writer is gone");
        }

        clock.Set(turn[1][0, 0].Number, askedAt);
        return new WriterTurn(turn[0][0, 0].Number, OthersWrote: turn[0].Text(0, 1) != server.Process);
    }
}
