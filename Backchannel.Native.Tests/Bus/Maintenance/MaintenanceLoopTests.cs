using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Maintenance;

public sealed class MaintenanceLoopTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("loop-").FullName;
    private readonly FakeTimeProvider time = new();

    /// <summary>A bus that is killed again and again within the interval would otherwise hold a dead worker's task for ever.</summary>
    [Fact]
    public async Task A_bus_that_lives_shorter_than_the_interval_frees_the_task_of_a_lease_that_ran_out()
    {
        string key, message;
        await using (var bus = await StartAsync())
        {
            var caller = await BusCaller.MintAsync(bus, "a");
            message = await caller.PostAsync(await caller.CreateAsync("lane"), "one");
            await NextAsync(caller, "the-session-of-the-dead", """, "lease_seconds":30""");
            key = caller.Key;
        }

        // The first write after a start lengthens leases that ran out meanwhile, once.
        time.Advance(TimeSpan.FromMinutes(2));
        await using (var bus = await StartAsync())
        {
            await BusCaller.MintAsync(bus, "b");
        }

        time.Advance(TimeSpan.FromMinutes(2));
        await using var last = await StartAsync();
        var next = await NextAsync(new BusCaller(last, key, ""), "a-session-of-its-own", """, "wait":30""");

        Assert.Equal(message, next.Json.GetProperty("message").Text("id"));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static Task<BusAnswer> NextAsync(BusCaller caller, string session, string more) =>
        caller.SendAsync("POST", Routes.ClaimNext, $$"""{"channels":["lane"],"session":"{{session}}"{{more}}}""");

    private Task<TestBus> StartAsync() => TestBus.StartAsync(
        options => options with { DatabasePath = Path.Combine(folder, "bus.db"), LeaseSweepInterval = TimeSpan.FromHours(1) }, time);
}
