using System.Collections.Concurrent;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>Threads that read, each with a connection of its own. They start when they are needed.</summary>
internal sealed class ReaderLanes(PostgresServer server) : IDisposable
{
    /// <summary>A connection is a process of the server's machine.</summary>
    private const int Most = 8;

    /// <summary>How long a read waits for a lane. The server does not answer in time then.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly BlockingCollection<Job> jobs = [];
    private readonly List<Thread> threads = [];
    private readonly Lock gate = new();
    private int idle;

    /// <summary>Reads from one state of the database.</summary>
    public async ValueTask<T> ReadAsync<T>(Func<StorageSession, T> read)
    {
        var job = new Job<T>(read);
        lock (gate)
        {
            if (idle <= jobs.Count && threads.Count < Most)
            {
                var thread = new Thread(Run) { IsBackground = true, Name = "bus reader" };
                threads.Add(thread);
                thread.Start();
            }
        }

        jobs.Add(job);
        return await job.Task;
    }

    /// <summary>Call it after the last read has ended.</summary>
    public void Dispose()
    {
        jobs.CompleteAdding();
        foreach (var thread in threads)
        {
            thread.Join();
        }

        jobs.Dispose();
    }

    private void Run()
    {
        using var connection = new PostgresConnection(server.Source);
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

                Run(job, connection, session);
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
