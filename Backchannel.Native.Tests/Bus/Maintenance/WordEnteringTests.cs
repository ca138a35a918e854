using Backchannel.Native.Bus.Maintenance;
using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Tests.Bus.Maintenance;

public sealed class WordEnteringTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <remarks>Its own writes were taken for all there are: what another process had left was entered only after the next one of its own.</remarks>
    [Fact]
    public async Task What_another_process_left_is_entered_although_this_one_writes_nothing()
    {
        using var database = BusDatabase.Open(folder.File("bus.db"), TimeProvider.System, static _ => { });
        var entering = new WordEntering(database, TimeProvider.System);
        await entering.RunAsync(CancellationToken.None);
        DatabaseFile.Execute(folder.File("bus.db"), "INSERT INTO messages (created_at, salt, channel, content, expires_at) VALUES (7, 0, 1, 'left over', 9)");

        await entering.RunAsync(CancellationToken.None);

        Assert.Equal([7], await database.ReadAsync(static storage => storage.Search.Find(["left"], [1], long.MaxValue, 10)));
    }
}
