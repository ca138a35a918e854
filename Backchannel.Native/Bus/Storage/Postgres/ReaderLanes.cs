using System.Collections.Concurrent;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>Threads that read, each with a connection of its own. They start when they are needed.</summary>
/// <remarks>The writer, and the connection that listens, are worth more: where the server has no room for them, lanes read one after the other and keep no connection.</remarks>
internal sealed class ReaderLanes : IDisposable
{
    /// <summary>A connection is a process of the server's machine.</summary>
    private const int Most = 8;

    /// <summary>How long a read waits for a lane. The server does not answer in time then.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly PostgresServer server;
    private readonly BlockingCollection<Job> jobs = [];
    private readonly List<Lane> lanes = [];
    private readonly Lock gate = new();
    private readonly Lock crowd = new();
    private int idle;

    public ReaderLanes(PostgresServer server)
    {
        this.server = server;
        server.Refused += CloseIdle;
    }

    /// <summary>Reads from one state of the database.</summary>
    public async ValueTask<T> ReadAsync<T>(Func<StorageSession, T> read)
    {
        var job = new Job<T>(read);
        lock (gate)
        {
            if (idle <= jobs.Count && lanes.Count < Most)
            {
                var lane = new Lane(new PostgresConnection(server.Source));
                lane.Thread = new Thread(() => Run(lane)) { IsBackground = true, Name = "bus reader" };
                lanes.Add(lane);
                lane.Thread.Start();
            }
        }

        jobs.Add(job);
        return await job.Task;
    }

    /// <summary>Call it after the last read has ended.</summary>
    public void Dispose()
    {
        jobs.CompleteAdding();
        lanes.ForEach(static lane => lane.Thread!.Join());

        jobs.Dispose();
    }

    /// <summary>Closes the connections that nobody reads on.</summary>
    private void CloseIdle()
    {
        Lane[] all;
        lock (gate)
        {
            all = [.. lanes];
        }

        // Without the lock: closing may take a while, and every read needs it.
        foreach (var lane in all.Where(static lane => lane.Busy.TryEnter()))
        {
            try
            {
                lane.Connection.Close();
            }
            finally
            {
                lane.Busy.Exit();
            }
        }
    }

    private void Run(Lane lane)
    {
        using var connection = lane.Connection;
        var session = new StorageSession(connection);
        Interlocked.Increment(ref idle);
        foreach (var job in jobs.GetConsumingEnumerable())
        {
            Interlocked.Decrement(ref idle);
            try
            {
                if (TimeProvider.System.GetElapsedTime(job.Since) > Patience)
                {
                    throw new StorageException(StorageFailure.Unavailable, "every connection that reads is busy");
                }

                lock (lane.Busy)
                {
                    Run(job, connection, session);
                }
            }
            // Catches everything: a failed read is reported to its own caller and must not end the lane.
            catch (Exception failure)
            {
                job.Fail(failure);
            }

            Interlocked.Increment(ref idle);
        }
    }

    private void Run(Job job, PostgresConnection connection, StorageSession session)
    {
        if (!server.IsCrowded)
        {
            RunTwice(job, connection, session);
            return;
        }

        lock (crowd)
        {
            try
            {
                RunTwice(job, connection, session);
            }
            finally
            {
                connection.Close();
            }
        }
    }

    private void RunTwice(Job job, PostgresConnection connection, StorageSession session)
    {
        var wasOpen = connection.IsOpen;
        try
        {
            RunOnce(job, connection, session);
        }
        catch (StorageException failure) when (failure.IsUnavailable && wasOpen && !connection.IsOpen)
        {
            // The server has ended an idle connection, or was started anew.
            RunOnce(job, connection, session);
        }
    }

    private void RunOnce(Job job, PostgresConnection connection, StorageSession session)
    {
        server.Reach(connection);
        connection.Run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        try
        {
            job.Read(session);
            connection.Run("COMMIT");
            connection.Send([]);
        }
        catch
        {
            connection.Abandon();
            throw;
        }

        job.Complete();
    }

    private sealed class Lane(PostgresConnection connection)
    {
        public PostgresConnection Connection => connection;

        /// <summary>Held while a read runs.</summary>
        public Lock Busy { get; } = new();

        public Thread? Thread { get; set; }
    }

    private abstract class Job
    {
        public long Since { get; } = TimeProvider.System.GetTimestamp();

        public abstract void Read(StorageSession session);

        public abstract void Complete();

        public abstract void Fail(Exception reason);
    }

    private sealed class Job<T>(Func<StorageSession, T> read) : Job
    {
        private readonly TaskCompletionSource<T> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? result;

        public Task<T> Task => completion.Task;

        public override void Read(StorageSession session) => result = read(session);

        public override void Complete() => completion.TrySetResult(result!);

        public override void Fail(Exception reason) => completion.TrySetException(reason);
    }
}
