using Backchannel.Native.Tests.Bus.Storage.Postgres.Faults.History;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Postgres;

namespace Backchannel.Native.Tests.Bus.Storage.Postgres.Faults;

/// <summary>Buses on one database of a primary that waits for its standby, and everything that can break there.</summary>
internal sealed class FaultStorm : IAsyncDisposable
{
    private readonly PostgresServer primary;
    private readonly PostgresServer standby;
    private readonly PostgresDatabase database;
    private readonly List<Place> places = [];
    private readonly List<Place> dead = [];
    private readonly List<Task> ends = [];
    private readonly Lock gate = new();
    private readonly Random random;
    private PostgresServer server;
    private BusCaller? key;

    private FaultStorm(PostgresServer primary, PostgresServer standby, PostgresDatabase database, int seed)
    {
        this.primary = server = primary;
        this.standby = standby;
        this.database = database;
        random = new Random(seed);
    }

    public string Channel { get; private set; } = "";

    /// <summary>The faults so far.</summary>
    public List<string> Done { get; } = [];

    /// <summary>What the buses have logged as their own failure and was none of the database.</summary>
    public string Bugs => string.Join('\n', ((Place[])[.. places, .. dead]).SelectMany(place => place.Bus.Log)
        .Where(line => line.Contains("\"event\":\"fault\"", StringComparison.Ordinal) && !line.Contains("(57P0", StringComparison.Ordinal)).TakeLast(20));

    public static async Task<FaultStorm> StartAsync(int buses, int seed)
    {
        var primary = await PostgresServer.StartAsync("shared_buffers=32MB");
        var standby = await PostgresServer.StartStandbyAsync(primary, "shared_buffers=32MB", "wal_retrieve_retry_interval=200ms");
        var storm = new FaultStorm(primary, standby, await primary.CreateDatabaseAsync(), seed);
        await primary.RequireStandbyAsync();
        for (var i = 0; i < buses; i++)
        {
            storm.places.Add(await storm.OpenAsync());
        }

        storm.key = await BusCaller.MintAsync(storm.places[0].Bus, "a");
        storm.Channel = await storm.AnyBus().CreateAsync("lane");
        return storm;
    }

    /// <summary>A caller at one of the buses.</summary>
    public BusCaller AnyBus()
    {
        lock (gate)
        {
            return new BusCaller(places[random.Next(places.Count)].Bus, key!.Key, key.KeyId);
        }
    }

    /// <summary>Breaks everything once in any order, fails over to the standby, and under soak goes on until it is over.</summary>
    public async Task RageAsync(Func<bool> isOver)
    {
        (string Name, Func<Task> Happen)[] faults =
        [
            ("backends ended", EndBackendsAsync),
            ("lost answers of a commit", () => LoseAsync(DatabaseLoss.Answer)),
            ("lost commits", () => LoseAsync(DatabaseLoss.Commit)),
            ("writers that hang", () => LoseAsync(DatabaseLoss.HangsAtBegin)),
            ("writers that hang in their commit", () => LoseAsync(DatabaseLoss.HangsInCommit)),
            ("cuts", () => PartAsync(static front => front.Cut())),
            ("stalls", () => PartAsync(static front => front.Stall())),
            ("dead buses", ReplaceBusAsync),
            ("kills of the server", RestartAsync),
        ];
        random.Shuffle(faults);
        foreach (var (name, happen) in faults)
        {
            await HappenAsync(name, happen);
        }

        await HappenAsync("failovers", FailOverAsync);
        while (Soak.IsOn && !isOver())
        {
            var (name, happen) = faults[random.Next(faults.Length)];
            await HappenAsync(name, happen);
        }
    }

    public async Task<List<StoredTask>> StoredAsync()
    {
        var rows = await server.QueryAsync(
            database.Name,
            """
            SELECT m.content, coalesce(string_agg(a.name, ','), '') FROM messages m LEFT JOIN acks k ON k.message = m.created_at LEFT JOIN actors a ON a.number = k.actor
            GROUP BY m.created_at, m.content
            """);
        return
        [
            .. rows.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split('|'))
                .Select(row => new StoredTask(row[0], row[1].Split(',', StringSplitOptions.RemoveEmptyEntries))),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(ends);
        foreach (var place in (Place[])[.. places, .. dead])
        {
            await place.Bus.DisposeAsync();
            await place.Front.DisposeAsync();
        }

        await standby.DisposeAsync();
        await primary.DisposeAsync();
    }

    private async Task HappenAsync(string name, Func<Task> happen)
    {
        // A soak needs some time between its faults, or its posts would not come to an end.
        await (Soak.IsOn ? PauseAsync(500, 2_500) : PauseAsync(200, 800));
        await happen();
        Done.Add(name);
    }

    private Task<string> EndBackendsAsync() => server.QueryAsync(
        PostgresServer.Administrator,
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'backchannel-mcp' AND random() < 0.5");

    /// <summary>Waits until it has happened, as far as somebody writes at that bus.</summary>
    private async Task LoseAsync(DatabaseLoss what)
    {
        var front = Any().Front;
        front.Lose(what);
        await front.Hit.Within(what: what.ToString());
    }

    private async Task PartAsync(Action<DatabaseFront> part)
    {
        var front = Any().Front;
        part(front);
        await PauseAsync(300, 3_000);
        front.Open();
    }

    /// <summary>As if its process was killed: the database hears nothing of it any more, and nobody asks it.</summary>
    private async Task ReplaceBusAsync()
    {
        var old = Any();
        old.Front.Cut();
        lock (gate)
        {
            places.Remove(old);
            dead.Add(old);
        }

        // A process that is gone costs no processor time. What this one does at its end does not reach the database.
        ends.Add(old.Bus.Server.StopAsync());
        var place = await OpenAsync();
        lock (gate)
        {
            places.Add(place);
        }
    }

    private async Task RestartAsync()
    {
        await server.KillAsync();
        await server.StartAgainAsync();
    }

    private async Task FailOverAsync()
    {
        if (server == primary)
        {
            await primary.KillAsync();
            await standby.PromoteAsync();
            server = standby;
            foreach (var place in places)
            {
                place.Front.MoveTo(standby);
            }
        }
    }

    private async Task<Place> OpenAsync()
    {
        var front = new DatabaseFront(server);
        return new Place(await FrontedBus.StartAsync(front, database.Name), front);
    }

    private Place Any()
    {
        lock (gate)
        {
            return places[random.Next(places.Count)];
        }
    }

    private Task PauseAsync(int least, int most)
    {
        lock (gate)
        {
            return Task.Delay(TimeSpan.FromMilliseconds(random.Next(least, most)), TimeProvider.System, CancellationToken.None);
        }
    }

    private sealed record Place(TestBus Bus, DatabaseFront Front);
}
