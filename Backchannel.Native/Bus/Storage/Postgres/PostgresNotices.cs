using Npgsql;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>Hears what other processes change, on a connection of its own. Looks now and then whether it missed something.</summary>
internal sealed class PostgresNotices : IDisposable
{
    /// <summary>The name that LISTEN and NOTIFY use.</summary>
    public const string Channel = "backchannel";

    /// <summary>As many as one announcement holds.</summary>
    private const int MostSigns = 300;

    /// <summary>Between two looks.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromMilliseconds(300);

    /// <summary>In seconds. What is asked here needs no lock: a server that does not answer in this time is away.</summary>
    private const int LongestAnswer = 3;

    private readonly PostgresServer server;
    private readonly IOtherProcesses others;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task listening;
    private long lastHeard;
    private long seen;
    private bool isListening;

    public PostgresNotices(PostgresServer server, IOtherProcesses others)
    {
        this.server = server;
        this.others = others;
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
            catch (Exception failure) when (PostgresFailure.IsOne(failure) && isListening)
            {
                // Perhaps this connection alone was ended: only a server that takes no other one is away.
                isListening = false;
                continue;
            }
            catch (Exception failure) when (PostgresFailure.IsOne(failure))
            {
                server.Lose(PostgresFailure.Of(failure).Message);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
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
        await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection) { CommandTimeout = LongestAnswer })
        {
            await listen.ExecuteNonQueryAsync(stopping.Token);
        }

        lastHeard = seen = await LastTimeAsync(connection);
        isListening = true;
        server.Find();

        // What happened before LISTEN was not heard.
        others.Hear(Change.OfEverything);
        while (true)
        {
            var start = TimeProvider.System.GetTimestamp();
            while (Patience - TimeProvider.System.GetElapsedTime(start) is var left && left > TimeSpan.Zero)
            {
                // The driver cuts the time to whole milliseconds, and takes none for no limit.
                await connection.WaitAsync(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), stopping.Token);
            }

            await TellAsync(connection);
            await LookAsync(connection);
            server.Find();
        }
    }

    /// <summary>Tells the others what lives here.</summary>
    private async Task TellAsync(NpgsqlConnection connection)
    {
        foreach (var signs in others.Signs().Chunk(MostSigns))
        {
            await using var tell = new NpgsqlCommand($"NOTIFY {Channel}, '{Announcement.Write(server.Process, 0, signs)}'", connection) { CommandTimeout = LongestAnswer };
            await tell.ExecuteNonQueryAsync(stopping.Token);
        }
    }

    /// <summary>Finds out whether something was written that was not heard. Also finds out that the server is gone without a word.</summary>
    private async Task LookAsync(NpgsqlConnection connection)
    {
        if (seen > lastHeard)
        {
            lastHeard = seen;
            others.Hear(Change.OfEverything);
        }

        // The announcement of what is seen now may still be on its way: the next look tells.
        seen = await LastTimeAsync(connection);
    }

    private async Task<long> LastTimeAsync(NpgsqlConnection connection)
    {
        await using var query = new NpgsqlCommand("SELECT last FROM writer", connection) { CommandTimeout = LongestAnswer };
        return await query.ExecuteScalarAsync(stopping.Token) is long last ? last : 0;
    }

    private void Hear(string payload)
    {
        if (Announcement.Read(payload) is not { } heard)
        {
            others.Hear(Change.OfEverything);
            return;
        }

        lastHeard = Math.Max(lastHeard, heard.LastTime);
        if (heard.Process != server.Process)
        {
            foreach (var change in heard.Changes)
            {
                others.Hear(change);
            }
        }
    }
}
