using System.Globalization;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Tests.Support.Buses;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Storage;

/// <summary>The index of words, on both engines.</summary>
[Trait(TestDatabase.Trait, TestDatabase.Both)]
public sealed class SearchStoreTests : IDisposable
{
    private readonly TestDatabase home = new();
    private readonly FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private readonly ApiKeyRecord key = new("bck_1", [1], "owner", true, null);

    public void Dispose() => home.Dispose();

    [Theory]
    [InlineData("deploy", "2 1")]
    [InlineData("dep", "2 1")]
    [InlineData("DEPLOY Berlin", "1")]
    [InlineData("berlin paris", "")]
    [InlineData("deployments", "")]
    [InlineData("x-17", "3")]
    [InlineData("x", "3")]
    [InlineData("straße", "4")]
    [InlineData("stra", "4")]
    [InlineData("你好世界", "4")]
    [InlineData("b", "")]
    [InlineData("nobody", "")]
    [InlineData("' OR \"deploy\" NOT * ^ : &", "")]
    [InlineData("ticket", "5")]
    public async Task Words_and_beginnings_of_words_are_found_whatever_their_case(string question, string expected)
    {
        using var database = await FilledAsync("Deploy to Berlin", "deploy (Paris)!", "X-17 or y", "STRASSE Straße 你好世界", """{"ticket":"A-1"}""");
        await EnterAsync(database);

        Assert.Equal(expected, await FindAsync(database, question));
    }

    [Fact]
    public async Task What_is_not_entered_yet_is_listed_and_then_found()
    {
        using var database = await FilledAsync("one", "two");

        Assert.Equal("", await FindAsync(database, "one"));
        Assert.Equal(2, await database.ReadAsync(storage => storage.Search.NotEntered([1], long.MaxValue, 10).Count));
        await EnterAsync(database);

        Assert.Equal("1", await FindAsync(database, "one"));
        Assert.Empty(await database.ReadAsync(storage => storage.Search.NotEntered([1], long.MaxValue, 10)));
        Assert.False(await database.ReadAsync(storage => storage.Search.HasWork()));
    }

    [Fact]
    public async Task An_archived_message_stays_found_until_it_is_removed()
    {
        using var database = await FilledAsync("one", "two");
        var first = await database.ReadAsync(storage => storage.Search.NotEntered([1], long.MaxValue, 10)[^1].Key);
        await database.Writes.RunAsync(context =>
        {
            context.Storage.Archive.Move(first, retracted: true, context.Now);
            return true;
        });
        await EnterAsync(database);
        Assert.Equal("1", await FindAsync(database, "one"));
        Assert.True(await database.ReadAsync(storage => storage.Search.Source(first)!.IsArchived));

        await database.Writes.RunAsync(context => context.Storage.Archive.Purge(1, long.MaxValue, 10));
        await EnterAsync(database);

        Assert.Equal("", await FindAsync(database, "one"));
        Assert.Equal(0, await CountAsync(database, "SELECT count(*) FROM words_gone"));
        Assert.Equal(1, await database.ReadAsync(storage => storage.Connection.Words.Find(["two"], [1], long.MaxValue, 10).Count));
        Assert.Empty(await database.ReadAsync(storage => storage.Connection.Words.Find(["one"], [1], long.MaxValue, 10)));
    }

    [Fact]
    public async Task The_newest_come_first_and_a_page_goes_on_where_the_last_one_ended()
    {
        using var database = await FilledAsync([.. Enumerable.Range(0, 25).Select(static number => string.Create(CultureInfo.InvariantCulture, $"task {number}"))]);
        await EnterAsync(database);

        var first = await database.ReadAsync(static storage => storage.Search.Find(["task"], [1], long.MaxValue, 10));
        var second = await database.ReadAsync(storage => storage.Search.Find(["task"], [1], first[^1], 100));

        Assert.Equal(25, first.Count + second.Count);
        Assert.Equal(first.Concat(second).OrderDescending(), first.Concat(second));
    }

    [Fact]
    public async Task Words_of_old_messages_are_found_behind_many_newer_ones()
    {
        // More than PostgreSQL looks through before it asks its index.
        const int All = 10_200;
        const int Slice = 600;
        using var database = await FilledAsync();
        for (var begin = 0; begin < All; begin += Slice)
        {
            await database.Writes.RunAsync(context =>
            {
                for (var number = begin; number < begin + Slice; number++)
                {
                    context.Storage.Connection.Words.Add(number, 1, number is 1 or 3 or All - 1 ? ["common", "rare"] : ["common"]);
                }

                return true;
            });
        }

        ValueTask<IReadOnlyList<long>> FindAsync(string word, long before, int limit) =>
            database.ReadAsync(storage => storage.Connection.Words.Find([word], [1], before, limit));

        Assert.Equal([All - 1, 3, 1], await FindAsync("rare", long.MaxValue, 10));
        Assert.Equal([All - 1, 3], await FindAsync("rare", long.MaxValue, 2));
        Assert.Equal([3, 1], await FindAsync("rare", All - 1, 10));
        Assert.Equal([1], await FindAsync("rare", 3, 10));
        Assert.Equal([All - 1, All - 2], await FindAsync("common", long.MaxValue, 2));
        Assert.Empty(await FindAsync("absent", long.MaxValue, 10));
    }

    private async Task<BusDatabase> FilledAsync(params string[] contents)
    {
        var database = BusDatabase.Open(home.Path, time, static _ => { });
        foreach (var content in contents)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await database.Writes.RunAsync(context =>
            {
                var channel = context.Storage.Channels.FindByNumber(1) ?? context.Storage.Channels.Add(new ChannelRecord
                {
                    Id = "lane", OwnerId = "owner", CreatedByKeyId = "bck_1", Name = "lane", Mode = "claimable", Access = "open", Discoverable = true,
                    Description = "", MetadataSchema = "{}", TtlSeconds = 3600, RetentionDays = 1, CreatedAt = context.Now, UpdatedAt = context.Now,
                });
                var isMetadata = content.StartsWith('{');
                return new MessagePosting(isMetadata ? "with metadata" : content, isMetadata ? content : null, null, null, null).Post(context, key, channel);
            });
        }

        return database;
    }

    /// <remarks>One slice a write: a rehearsal of a write reads guesses, by which a loop in it would never end.</remarks>
    private static async Task EnterAsync(BusDatabase database)
    {
        while (await database.Writes.RunAsync(static context => context.Storage.Search.Enter(2) + context.Storage.Search.RemoveGone(2)) > 0)
        {
        }
    }

    /// <returns>The places of what is found, from 1 for the first post on.</returns>
    private static async Task<string> FindAsync(BusDatabase database, string question) => await database.ReadAsync(storage =>
    {
        var keys = storage.Search.Find(SearchWords.Of(question, 10), [1], long.MaxValue, 10);
        using var all = storage.Connection.Prepare("SELECT created_at FROM messages UNION ALL SELECT created_at FROM archive ORDER BY 1");
        var order = Backchannel.Native.Bus.Storage.Engine.StatementValues.All(all, static row => row.Integer(0));
        return string.Join(' ', keys.Select(found => order.IndexOf(found) + 1));
    });

    private static async Task<long> CountAsync(BusDatabase database, string sql) => await database.ReadAsync(storage =>
    {
        using var query = storage.Connection.Prepare(sql);
        query.Step();
        return query.Integer(0);
    });
}
