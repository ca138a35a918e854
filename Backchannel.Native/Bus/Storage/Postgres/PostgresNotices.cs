using Npgsql;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>Hears what other processes change, on a connection of its own. Looks now and then whether it missed something.</summary>
internal sealed class PostgresNotices : IDisposable
{
    /// <summary>The name that LISTEN and NOTIFY use.</summary>
    public const string Channel = "backchannel";

    /// <summary>Between two looks, while nothing is heard.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromMilliseconds(300);

    private readonly PostgresServer server;
    private readonly Action<Change> announce;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task listening;
    private long lastHeard;

    public PostgresNotices(PostgresServer server, Action<Change> announce)
    {
        this.server = server;
        this.announce = announce;
        listening = Task.Run(ListenAsync);
    }

    public void Dispose()
    {
        stopping.Cancel();
        listening.Wait();
        stopping.Dispose();
    }

    private async Task ListenAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await ListenOnceAsync();
            }
            catch (Exception failure) when (PostgresFailure.IsOne(failure))
            {
                server.Lose(PostgresFailure.Of(failure).Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(TryAgainAfter, TimeProvider.System, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListenOnceAsync()
    {
        await using var connection = await server.Source.OpenConnectionAsync(stopping.Token);
        connection.Notification += (_, heard) => Hear(heard.Payload);
        await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
        {
            await listen.ExecuteNonQueryAsync(stopping.Token);
        }

        lastHeard = await LastTimeAsync(connection);
        server.Find();

        // What happened before LISTEN was not heard.
        announce(Change.OfEverything);
        while (true)
        {
            if (await connection.WaitAsync(Patience, stopping.Token))
            {
                continue;
            }

            // A look also finds out that the server is gone without a word. What it tells is heard first.
            var last = await LastTimeAsync(connection);
            if (last > lastHeard)
            {
                lastHeard = last;
                announce(Change.OfEverything);
            }

            server.Find();
        }
    }

    private async Task<long> LastTimeAsync(NpgsqlConnection connection)
    {
        await using var query = new NpgsqlCommand("SELECT last FROM writer", connection);
        return await query.ExecuteScalarAsync(stopping.Token) is long last ? last : 0;
    }

    private void Hear(string payload)
    {
        if (Announcement.Read(payload) is not { } heard)
        {
            announce(Change.OfEverything);
            return;
        }

        lastHeard = Math.Max(lastHeard, heard.LastTime);
        if (heard.Process != server.Process)
        {
            foreach (var change in heard.Changes)
            {
                announce(change);
            }
        }
    }
}
