using System.Security.Cryptography;
using Backchannel.Native.Bus.Storage.Engine;
using Npgsql;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>The server that this process uses, and whether it can be reached.</summary>
/// <remarks>While it cannot, only <see cref="PostgresNotices"/> tries to; everybody else is refused at once.</remarks>
internal sealed class PostgresServer : IDisposable
{
    private readonly IOtherProcesses others;
    private readonly Lock gate = new();
    private string? whyAway;
    private bool isHeld;
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
            connection.Open();
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

    /// <summary>Says that another process holds the writer's turn, or that it does not any more. For the writer's thread.</summary>
    public void Hold(bool isHeldNow)
    {
        if (isHeld != isHeldNow)
        {
            isHeld = isHeldNow;
            others.Held(isHeldNow);
        }
    }

    /// <summary>Takes a new name after a commit of unknown fate. If it was kept, it is then heard of as a commit of another process.</summary>
    public void Rename()
    {
        process = NewName();
        others.Hear(Change.OfEverything);
    }

    public void Dispose() => Source.Dispose();

    private static string NewName() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
}
