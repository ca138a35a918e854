using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Support.Buses;

/// <summary>Two real buses that know one key and one channel, as buses on one database do. What is written later is known to one of them.</summary>
internal sealed class TwinBuses : IAsyncDisposable
{
    private readonly TemporaryFolder folder;

    private TwinBuses(TemporaryFolder folder, TestBus first, TestBus second, ApiKey key, string channel)
    {
        this.folder = folder;
        (First, Second, Key, ChannelId) = (first, second, key, channel);
    }

    public TestBus First { get; }

    public TestBus Second { get; }

    public ApiKey Key { get; }

    /// <summary>Of the claimable channel "jobs".</summary>
    public string ChannelId { get; }

    public static async Task<TwinBuses> StartAsync()
    {
        var folder = new TemporaryFolder();
        string channel;
        ApiKey? key;
        await using (var seed = await TestBus.StartAsync(options => options with { DatabasePath = folder.File("seed.db") }))
        await using (var connection = new BusConnection(new() { BaseUrl = new(seed.BaseUrl), AgentLabel = "agent" }, TimeProvider.System))
        {
            var client = new BackchannelClient(connection);
            Assert.True(ApiKey.TryParse((await client.IssueKeyAsync("agent", default)).Key, out key));
            await using var owner = new BusConnection(new() { BaseUrl = new(seed.BaseUrl), AgentLabel = "agent", ApiKey = key }, TimeProvider.System);
            channel = (await new BackchannelClient(owner).CreateChannelAsync(new("jobs", ChannelMode.Claimable, Discoverable: true), default)).Id;
        }

        File.Copy(folder.File("seed.db"), folder.File("first.db"));
        File.Copy(folder.File("seed.db"), folder.File("second.db"));
        return new(
            folder,
            await TestBus.StartAsync(options => options with { DatabasePath = folder.File("first.db") }),
            await TestBus.StartAsync(options => options with { DatabasePath = folder.File("second.db") }),
            key,
            channel);
    }

    /// <summary>A client of both, the first one first.</summary>
    public BusConnection Connect(Uri? first = null) => new(
        new()
        {
            BaseUrl = first ?? new(First.BaseUrl),
            OtherBaseUrls = [new(Second.BaseUrl)],
            AgentLabel = "agent",
            ApiKey = Key,
            RetryDelay = TimeSpan.FromMilliseconds(1),
        },
        TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await First.DisposeAsync();
        await Second.DisposeAsync();
        folder.Dispose();
    }
}
