using System.Security.Cryptography;
using Backchannel.Native.Bus.Storage.Engine;
using Npgsql;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>The server that this process uses, and whether it can be reached.</summary>
/// <remarks>While it cannot, only <see cref="PostgresNotices"/> tries to; everybody else is refused at once.</remarks>
internal sealed class PostgresServer : IDisposable
{
    private readonly Action<string?> report;
    private readonly Lock gate = new();
    private string? whyAway;

    /// <param name="report">Told the reason when the server is lost, and null when it is back.</param>
    public PostgresServer(PostgresAddress address, Action<string?> report)
    {
        this.report = report;
        Source = address.Connect();
    }

    public NpgsqlDataSource Source { get; }

    /// <summary>Names this process in the database: no other one ever had this name.</summary>
    public string Process { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

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

    /// <summary>Connects, unless it is connected.</summary>
    /// <exception cref="StorageException">The server is away: known to be, or found out now.</exception>
    public void Reach(PostgresConnection connection)
    {
        if (connection.IsOpen)
        {
            return;
        }

        lock (gate)
        {
            if (whyAway is not null)
            {
                throw new StorageException(StorageFailure.Unavailable, whyAway);
            }
        }

        try
        {
            connection.Open();
        }
        catch (StorageException failure)
        {
            Lose(failure.Message);
            throw;
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

        report(reason);
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

        report(null);
    }

    public void Dispose() => Source.Dispose();
}
