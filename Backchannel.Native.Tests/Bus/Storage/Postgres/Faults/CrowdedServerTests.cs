using Backchannel.Native.Bus.Storage.Postgres;
using Backchannel.Native.Tests.Support.Buses;
using Npgsql;
using PostgresServer = Backchannel.Native.Tests.Support.Postgres.PostgresServer;

namespace Backchannel.Native.Tests.Bus.Storage.Postgres.Faults;

/// <summary>A server that has fewer connections than a bus would take.</summary>
public sealed class CrowdedServerTests
{
    [PostgresFact]
    public async Task Reads_leave_the_writer_a_connection()
    {
        await using var server = await PostgresServer.StartAsync("max_connections=8", "superuser_reserved_connections=0", "max_wal_senders=0", "fsync=off");
        var address = server.AddressOf(PostgresServer.Administrator);
        await using var own = await PostgresAddress.Parse(address).Connect().OpenConnectionAsync();
        await using var bus = await TestBus.StartAsync(options => options with { DatabasePath = address });
        var caller = await BusCaller.MintAsync(bus, "a");
        var path = $"/v1/channels/{await caller.CreateAsync("lane")}/messages";
        await ReadAsync();

        // All of the bus's connections end, and readers are the first to come back.
        await using (var end = new NpgsqlCommand("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'", own))
        {
            await end.ExecuteNonQueryAsync();
        }

        await ReadAsync();
        var deadline = Deadline.Token();
        int status;
        while ((status = (await caller.SendAsync("POST", path, """{"content":"x"}""", Guid.NewGuid().ToString())).Status) != 201 && !deadline.IsCancellationRequested)
        {
            await ReadAsync();
        }

        Assert.Equal(201, status);
        Assert.Equal(200, (await caller.SendAsync("GET", path)).Status);

        Task ReadAsync() => Parallel.ForEachAsync(
            Enumerable.Range(0, 40), new ParallelOptions { MaxDegreeOfParallelism = 40 }, async (_, token) => await caller.SendAsync("GET", path + "?limit=100", cancellationToken: token));
    }
}
