using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Bus.Storage.Postgres;
using Backchannel.Native.Tests.Support.Postgres;
using PostgresServer = Backchannel.Native.Tests.Support.Postgres.PostgresServer;

namespace Backchannel.Native.Tests.Bus.Storage.Postgres;

/// <summary>When a batch is rehearsed again: after wrong guesses, unless they have led to no other query for long.</summary>
public sealed class RehearsalTests
{
    private const string Count = "SELECT count FROM counted";
    private const string Other = "SELECT 7 FROM counted WHERE count > ?";

    [PostgresFact]
    public async Task Wrong_guesses_that_lead_to_no_other_query_end_the_repeating()
    {
        await using var world = await World.StartAsync();

        var runs = new List<int>();
        for (var batch = 1; batch <= 12; batch++)
        {
            await world.SetAsync(batch);
            runs.Add(world.Run(static connection => Assert.True(Read(connection) >= 0)));
        }

        Assert.Equal(2, runs[0]);
        Assert.Equal([1, 1, 1], runs[^3..]);
    }

    [PostgresFact]
    public async Task A_query_that_nobody_foresaw_begins_it_again()
    {
        await using var world = await World.StartAsync();
        for (var batch = 1; batch <= 12; batch++)
        {
            await world.SetAsync(batch);
            world.Run(static connection => Read(connection));
        }

        await world.SetAsync(100);
        var unforeseen = world.Run(AskMore);
        await world.SetAsync(101);
        var repeated = world.Run(AskMore);

        Assert.Equal(1, unforeseen);
        Assert.InRange(repeated, 2, 3);

        static void AskMore(ISqlConnection connection)
        {
            if (Read(connection) is var count and >= 100)
            {
                using var query = connection.Prepare(Other);
                query.Bind(count - 1).Step();
            }
        }
    }

    [PostgresFact]
    public async Task Wrong_guesses_that_lead_to_other_queries_go_on_repeating()
    {
        await using var world = await World.StartAsync();

        for (var batch = 1; batch <= 20; batch++)
        {
            await world.SetAsync(batch);
            var before = world.Writer.RoundTrips;
            world.Run(static connection =>
            {
                using var query = connection.Prepare(Other);
                query.Bind(Read(connection) - 1).Step();
            });

            Assert.Equal(2, world.Writer.RoundTrips - before);
        }
    }

    private static long Read(ISqlConnection connection)
    {
        using var query = connection.Prepare(Count);
        return query.Step() ? query.Integer(0) : 0;
    }

    private sealed class World(PostgresDatabase database, PostgresWriter writer) : IAsyncDisposable
    {
        public PostgresWriter Writer => writer;

        public static async Task<World> StartAsync()
        {
            var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
            await database.QueryAsync("CREATE TABLE counted (count bigint); INSERT INTO counted VALUES (0)");
            var writer = new PostgresWriter(PostgresAddress.Parse(database.Address, null).Connect());
            writer.Open();
            return new World(database, writer);
        }

        /// <summary>As another bus does.</summary>
        public Task<string> SetAsync(int count) => database.QueryAsync($"UPDATE counted SET count = {count}");

        /// <summary>Runs a batch as the engine does.</summary>
        /// <returns>How often it was rehearsed.</returns>
        public int Run(Action<ISqlConnection> work)
        {
            var rehearsals = 0;
            writer.Forget();
            writer.Rehearse(() =>
            {
                rehearsals++;
                work(writer);
            });
            work(writer);
            return rehearsals;
        }

        public async ValueTask DisposeAsync()
        {
            writer.Dispose();
            await database.DisposeAsync();
        }
    }
}
