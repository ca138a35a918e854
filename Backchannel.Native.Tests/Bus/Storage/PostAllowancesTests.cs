using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Storage;

/// <summary>Bounds of what channels allow this minute: used while they hold, forgotten when they may not.</summary>
public sealed class PostAllowancesTests : IDisposable
{
    private const int Limit = 3;

    private static readonly ChannelRecord Channel = new()
    {
        Number = 1, Id = "x", OwnerId = "o", CreatedByKeyId = "k", Name = "n", Mode = "claimable", Access = "open", Discoverable = false,
        Description = "", MetadataSchema = "{}", TtlSeconds = 300, RetentionDays = 1, CreatedAt = 2, UpdatedAt = 2,
    };

    private readonly TestDatabase home = new();
    private readonly SignallingTimeProvider time = new();
    private readonly PostAllowances allowances = new();
    private readonly BusDatabase database;

    public PostAllowancesTests() => database = BusDatabase.Open(home.Path, time, static _ => { });

    [Fact]
    public async Task A_channel_allows_as_many_posts_in_a_minute_as_its_limit()
    {
        var first = await PostAsync(4);

        time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal((3, 3), (first, await PostAsync(4)));
    }

    [Fact]
    public async Task Posts_of_another_writer_count_once_the_bounds_are_forgotten()
    {
        await PostAsync(1);
        await OthersPostAsync(2);

        allowances.Forget();

        Assert.Equal(0, await PostAsync(1));
    }

    [Fact]
    public async Task Bounds_are_a_minute_old_at_most()
    {
        await PostAsync(1);
        time.Advance(TimeSpan.FromSeconds(61));
        await OthersPostAsync(3);

        Assert.Equal(0, await PostAsync(1));
    }

    [Fact]
    public async Task A_clock_that_goes_back_brings_earlier_posts_into_the_minute_again()
    {
        await PostAsync(2);
        time.Advance(TimeSpan.FromSeconds(59));
        await PostAsync(1);
        time.Advance(TimeSpan.FromSeconds(2));
        await PostAsync(1);

        time.Set(TimeSpan.FromSeconds(-3));

        Assert.Equal(0, await PostAsync(1));
    }

    public void Dispose()
    {
        database.Dispose();
        home.Dispose();
    }

    /// <returns>How many were allowed and stored.</returns>
    private Task<int> PostAsync(int count) => database.Writes.RunAsync(context =>
    {
        var posted = 0;
        for (var i = 0; i < count; i++)
        {
            if (allowances.TryTake(context.Storage.Counts, Channel.Number, Limit, context.Now))
            {
                Add(context);
                posted++;
            }
        }

        return posted;
    });

    private Task<bool> OthersPostAsync(int count) => database.Writes.RunAsync(context =>
    {
        for (var i = 0; i < count; i++)
        {
            Add(context);
        }

        return true;
    });

    private static void Add(WriteContext context) =>
        context.Storage.Messages.Add(Channel, new NewMessage("x", null, null, null, null), context.NextMoment());
}
