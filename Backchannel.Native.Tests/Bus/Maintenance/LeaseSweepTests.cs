using Backchannel.Native.Bus.Maintenance;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Tests.Bus.Maintenance;

public sealed class LeaseSweepTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("leases-").FullName;
    private readonly SignallingTimeProvider time = new();
    private readonly ApiKeyRecord key = new("bck_1", [1], "owner", true, null);

    [Fact]
    public async Task A_lease_of_before_a_restart_ends_within_an_hour_though_the_clock_went_back()
    {
        using (var database = Open())
        {
            await LeaseAsync(database);
        }

        time.Set(TimeSpan.FromDays(-1));
        using var restarted = Open();
        await new LeaseSweep(restarted, time).RunAsync(CancellationToken.None);
        var left = await restarted.ReadAsync(storage => storage.Connection.QueryInteger("SELECT lease_expires_at FROM messages")) - Instant.Now(time);
        time.Advance(TimeSpan.FromSeconds(3601));
        await new LeaseSweep(restarted, time).RunAsync(CancellationToken.None);

        Assert.Equal(3600 * Instant.PerSecond, left);
        Assert.Equal(1, await restarted.ReadAsync(storage => storage.Connection.QueryInteger("SELECT count(*) FROM messages WHERE holder IS NULL")));
    }

    [Fact]
    public async Task A_lease_of_before_a_restart_lasts_a_minute_from_then_once()
    {
        using (var database = Open())
        {
            await LeaseAsync(database);
        }

        time.Advance(TimeSpan.FromSeconds(90));
        var held = new List<long>();
        using (var restarted = Open())
        {
            held.Add(await SweepAsync(restarted));
            time.Advance(TimeSpan.FromSeconds(59));
            held.Add(await SweepAsync(restarted));
        }

        using var again = Open();
        held.Add(await SweepAsync(again));
        time.Advance(TimeSpan.FromSeconds(2));
        held.Add(await SweepAsync(again));

        Assert.Equal([1, 1, 1, 0], held);
    }

    [Fact]
    public async Task A_lease_that_ran_out_while_the_process_stood_still_lasts_a_minute_from_then()
    {
        var machine = new StillTime();
        using var database = BusDatabase.Open(
            Path.Combine(folder, "bus.db"), time, static _ => { }, new StallWatch(machine, TimeSpan.FromSeconds(5)));
        await LeaseAsync(database);
        time.Advance(TimeSpan.FromSeconds(61));
        machine.Pass(61);

        var held = new List<long> { await SweepAsync(database) };
        time.Advance(TimeSpan.FromSeconds(59));
        held.Add(await SweepAsync(database));
        time.Advance(TimeSpan.FromSeconds(2));
        held.Add(await SweepAsync(database));

        Assert.Equal([1, 1, 0], held);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private BusDatabase Open() => BusDatabase.Open(Path.Combine(folder, "bus.db"), time, static _ => { });

    private async Task<long> SweepAsync(BusDatabase database)
    {
        await new LeaseSweep(database, time).RunAsync(CancellationToken.None);
        return await database.ReadAsync(storage => storage.Connection.QueryInteger("SELECT count(holder) FROM messages"));
    }

    private Task<string> LeaseAsync(BusDatabase database) => database.Writes.RunAsync(context =>
    {
        var channel = ChannelCreation.Store(context, new ChannelRecord
        {
            Id = "", OwnerId = "owner", CreatedByKeyId = key.KeyId, Name = "n", Mode = "claimable", Access = "open", Discoverable = true,
            Description = "", MetadataSchema = "{}", TtlSeconds = 86_400, RetentionDays = 1, CreatedAt = 0, UpdatedAt = 0,
        });
        var message = new MessagePosting("x", null, null, null, null).Post(context, key, channel);
        return Claiming.ClaimWithLease(context, key, message, new ClaimFields("worker", null), 30).LeaseToken!;
    });
}
