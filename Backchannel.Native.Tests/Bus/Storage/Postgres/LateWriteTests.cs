using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Storage.Postgres;

/// <summary>Writes that wait for their turn longer than anybody should, because the turn before them hangs.</summary>
public sealed class LateWriteTests
{
    private readonly StillTime machine = new();

    [PostgresFact]
    public async Task A_write_that_has_waited_for_more_than_six_seconds_is_refused_and_never_runs()
    {
        using var home = new TestDatabase(isPostgres: true);
        using var database = Open(home);
        using var hanging = new HeldWrite(database.Writes);
        var ran = new List<string>();
        var late = database.Writes.RunAsync(_ => Note("late"));
        machine.Pass(6);
        machine.Beat();
        var inTime = database.Writes.RunAsync(_ => Note("in time"));
        Assert.False(late.IsCompleted);

        machine.Pass(1);
        machine.Beat();

        var refusal = await Assert.ThrowsAsync<StorageException>(() => late.Within());
        Assert.True(refusal.IsUnavailable);
        Assert.False(inTime.IsCompleted);
        Assert.Equal([true], await hanging.ReleaseAsync([inTime]));
        Assert.Equal(["in time"], ran.Distinct());

        bool Note(string name)
        {
            ran.Add(name);
            return true;
        }
    }

    [PostgresFact]
    public async Task A_write_that_has_begun_is_never_refused_however_long_it_takes()
    {
        using var home = new TestDatabase(isPostgres: true);
        using var database = Open(home);
        using var slow = new HeldWrite(database.Writes);

        machine.Pass(600);
        machine.Beat();

        Assert.Equal([], await slow.ReleaseAsync<bool>([]));
        Assert.True(await database.Writes.RunAsync(static _ => true).Within());
    }

    private BusDatabase Open(TestDatabase home) =>
        BusDatabase.Open(home.Path, TimeProvider.System, static _ => { }, new StallWatch(machine, TimeSpan.Zero));
}
