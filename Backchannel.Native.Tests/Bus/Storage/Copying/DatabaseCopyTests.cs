using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Copying;
using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Bus.Storage.Sqlite;
using Backchannel.Native.Tests.Measurements;

namespace Backchannel.Native.Tests.Bus.Storage.Copying;

/// <summary>A copy is complete or not there.</summary>
public sealed class DatabaseCopyTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Original => folder.File("bus.db");

    private string Copied => folder.File("copy.db");

    [Theory]
    [InlineData("DELETE FROM acks WHERE message = (SELECT max(message) FROM acks)", "table acks has")]
    [InlineData("UPDATE messages SET content = 'changed' WHERE created_at = (SELECT min(created_at) FROM messages)", "table messages holds other values")]
    [InlineData("UPDATE messages SET metadata = '' WHERE created_at = (SELECT min(created_at) FROM messages)", "table messages holds other values")]
    [InlineData("UPDATE channel_counts SET messages = messages + 1", "table channel_counts holds other values")]
    public async Task A_difference_is_found_and_the_copy_thrown_away(string fault, string message)
    {
        await StoredBus.FillAsync(Original, 400);
        using (var copy = new DatabaseCopy(SqliteCopySource.Open(Original), new FaultyTarget(SqliteCopyTarget.Open(Copied), fault)))
        {
            var refusal = Assert.Throws<CopyException>(() => copy.Run(CancellationToken.None));

            Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal(["bus.db", "bus.db-lock", "copy.db-lock"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_copy_that_is_stopped_leaves_nothing()
    {
        await StoredBus.FillAsync(Original, 400);
        using (var copy = DatabaseCopy.Open(Original, Copied))
        {
            Assert.Throws<OperationCanceledException>(() => copy.Run(new CancellationToken(canceled: true)));
        }

        Assert.False(File.Exists(Copied));
        Assert.False(File.Exists(Copied + "-copy"));
    }

    /// <summary>As a kill leaves it.</summary>
    [Fact]
    public async Task What_a_killed_copy_left_is_replaced_by_the_next_one()
    {
        await StoredBus.FillAsync(Original, 400);
        await File.WriteAllTextAsync(Copied + "-copy", "the beginning of a copy");

        using (var copy = DatabaseCopy.Open(Original, Copied))
        {
            copy.Run(CancellationToken.None);
        }

        Assert.Equal(400, DatabaseFile.QueryInteger(Copied, "SELECT count(*) FROM messages"));
        Assert.False(File.Exists(Copied + "-copy"));
    }

    [Fact]
    public async Task No_bus_can_open_the_place_before_the_copy_is_complete()
    {
        await StoredBus.FillAsync(Original, 400);
        using var copy = DatabaseCopy.Open(Original, Copied);

        Assert.Throws<DatabaseInUseException>(() => BusDatabase.Open(Copied, TimeProvider.System, static _ => { }));
    }

    [SmallDiskFact]
    public async Task A_full_disk_is_told_and_nothing_is_left()
    {
        await StoredBus.FillAsync(Original, 8_000);
        using var disk = new SmallDisk(megabytes: 1);
        var place = Path.Combine(disk.Path, "copy.db");
        using (var copy = DatabaseCopy.Open(Original, place))
        {
            var refusal = Assert.Throws<StorageException>(() => copy.Run(CancellationToken.None));

            Assert.True(refusal.IsDiskTrouble);
        }

        Assert.Equal(["copy.db-lock"], Directory.GetFiles(disk.Path).Select(Path.GetFileName));
    }

    public void Dispose() => folder.Dispose();

    /// <summary>A target that does not keep what it was given.</summary>
    private sealed class FaultyTarget(SqliteCopyTarget target, string fault) : ICopyTarget
    {
        public ISqlConnection Connection => target.Connection;

        public void EndPage() => target.EndPage();

        public void Complete(EngineState state)
        {
            // Before the triggers are back.
            target.Connection.Prepare(fault).Run();
            target.Complete(state);
        }

        public void Commit() => target.Commit();

        public void Dispose() => target.Dispose();
    }
}
