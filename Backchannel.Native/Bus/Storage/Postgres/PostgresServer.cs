using System.Security.Cryptography;
using Backchannel.Native.Bus.Storage.Engine;
using Npgsql;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>The server that this process uses, and whether it can be reached.</summary>
/// <remarks>While it cannot, only <see cref="PostgresNotices"/> tries to; everybody else is refused at once.</remarks>
internal sealed class PostgresServer : IDisposable
{
    /// <summary>How long a process that was refused a connection keeps none that it does not use.</summary>
    private static readonly TimeSpan Thrift = TimeSpan.FromSeconds(10);

    /// <summary>The server takes a moment to end a connection that was closed.</summary>
    private static readonly TimeSpan Release = TimeSpan.FromMilliseconds(200);

    private readonly IOtherProcesses others;
    private readonly Lock gate = new();
    private long refusedAt;
    private string? whyAway;
    private bool isHeld;
    private bool isReadOnly;
    private volatile string process = NewName();

    /// <param name="others">Told when the server is lost and when it is back, and when another process holds it.</param>
    public PostgresServer(PostgresAddress address, IOtherProcesses others)
    {
        this.others = others;
        Source = address.Connect();
    }

    public NpgsqlDataSource Source { get; }

    /// <summary>Names this process in the database: no other one ever had this name.</summary>
    public string Process => process;

    /// <summary>Raised when the server has refused a connection, or is lost: what is connected for nothing is to be closed.</summary>
    public event Action? Refused;

    /// <summary>Whether the server refused a connection a short time ago.</summary>
    public bool IsCrowded => Volatile.Read(ref refusedAt) is not 0 and var at && TimeProvider.System.GetElapsedTime(at) < Thrift;

    public bool IsAway
    {
        get
        {
            lock (gate)
            {
                return whyAway is not null;
            }
        }
    }

    /// <summary>Connects, unless it is connected. While the server is known to be away, nobody waits for it.</summary>
    /// <exception cref="StorageException">The server is away: known to be, or found out now.</exception>
    public void Reach(PostgresConnection connection)
    {
        lock (gate)
        {
            if (whyAway is not null)
            {
                // It may look open where the network is cut.
                connection.Close();
                throw new StorageException(StorageFailure.Unavailable, whyAway) { IsReported = true };
            }
        }

        try
        {
            OpenSparingly(connection);
        }
        // A server that has no room for one more connection still serves the others.
        catch (StorageException failure) when (failure.State != PostgresErrorCodes.TooManyConnections)
        {
            Lose(failure.Message);
            throw new StorageException(StorageFailure.Unavailable, failure.Message) { IsReported = true };
        }
    }

    public void Lose(string reason)
    {
        lock (gate)
        {
            if (whyAway is not null)
            {
                return;
            }

            whyAway = reason;
        }

        Refused?.Invoke();
        others.Reach(reason);
    }

    public void Find()
    {
        lock (gate)
        {
            if (whyAway is null)
            {
                return;
            }

            whyAway = null;
        }

        others.Reach(null);
    }

    /// <summary>Says once why nothing can be written, where that is known, and ends writers that hang. For the writer's thread.</summary>
    /// <returns>The failure as its caller is told of it.</returns>
    public StorageException Explain(StorageException failure)
    {
        // Behind others that wait too, the statement's time runs out before the lock's.
        if (failure.IsHeld || failure.State == PostgresErrorCodes.QueryCanceled)
        {
            Tell(ref isHeld, true, others.Held);
            HungWriters.End(this);
            return new StorageException(StorageFailure.Held, "another process held the turn to write for too long") { IsReported = true };
        }

        if (failure.State == PostgresErrorCodes.ReadOnlySqlTransaction)
        {
            Tell(ref isReadOnly, true, others.Restricted);
            return new StorageException(StorageFailure.Unavailable, failure.Message) { IsReported = true };
        }

        return failure;
    }

    /// <summary>Says that what <see cref="Explain"/> told is over. For the writer's thread.</summary>
    public void TakesWrites()
    {
        Tell(ref isHeld, false, others.Held);
        Tell(ref isReadOnly, false, others.Restricted);
    }

    /// <summary>Takes a new name after a commit of unknown fate. If it was kept, it is then heard of as a commit of another process.</summary>
    public void Rename()
    {
        process = NewName();
        others.Hear(Change.OfEverything);
    }

    public void Dispose() => Source.Dispose();

    private void OpenSparingly(PostgresConnection connection)
    {
        try
        {
            connection.Open();
        }
        catch (StorageException failure) when (failure.State == PostgresErrorCodes.TooManyConnections)
        {
            Volatile.Write(ref refusedAt, TimeProvider.System.GetTimestamp());
            Refused?.Invoke();
            using var pause = new ManualResetEventSlim();
            pause.Wait(Release);
            connection.Open();
        }
    }

    private static void Tell(ref bool told, bool isSo, Action<bool> tell)
    {
        if (told != isSo)
        {
            told = isSo;
            tell(isSo);
        }
    }

    private static string NewName() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
}
