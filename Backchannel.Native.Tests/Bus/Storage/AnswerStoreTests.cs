using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Client;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Storage;

[Trait(TestDatabase.Trait, TestDatabase.Both)]
public sealed class AnswerStoreTests : IDisposable
{
    private readonly TestDatabase home = new();

    [Fact]
    public void Keys_of_our_client_lie_in_the_order_in_which_they_were_made()
    {
        var early = KeyDigest.Of("key", Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddYears(60)).ToString("n"));
        var late = KeyDigest.Of("key", Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddYears(60).AddMilliseconds(1)).ToString());
        var now = KeyDigest.Of("key", IdempotencyKey.New().Value);

        Assert.True(now.Place < early.Place);
        Assert.Equal(1, (late.Place >> 16) - (early.Place >> 16));
    }

    [Fact]
    public void Other_keys_lie_at_their_digest()
    {
        Assert.All(
            [Guid.NewGuid().ToString("n"), "post-1", "0199aaaaaaaa7000-8000-000000000000", ""],
            text => Assert.Equal(new KeyDigest(AnswerStore.Digest("key", text), AnswerStore.Digest("key", text)), KeyDigest.Of("key", text)));
    }

    [Fact]
    public async Task Answers_at_one_place_are_told_apart()
    {
        using var database = Open();

        var found = await database.Writes.RunAsync(context =>
        {
            context.Storage.Answers.Add(new KeyDigest(7, 1), context.NextTime(), new KeptAnswer(1, 201, default, null));
            context.Storage.Answers.Add(new KeyDigest(7, 2), context.NextTime(), new KeptAnswer(2, 202, default, null));
            context.Storage.ClaimKeys.Add(new KeyDigest(7, 1), context.NextTime(), 11, 12);
            context.Storage.ClaimKeys.Add(new KeyDigest(7, 2), context.NextTime(), 21, 22);
            return new[] { 1L, 2, 3 }.Select(whole => new KeyDigest(7, whole))
                .Select(key => (context.Storage.Answers.Find(key, context.Now)?.Status, context.Storage.ClaimKeys.Find(key, context.Now)?.Message)).ToList();
        });

        Assert.Equal([(201, 11L), (202, 21L), (null, null)], found);
    }

    /// <summary>Schema 6 kept each at the place of its digest, also those of clients whose keys begin with their time.</summary>
    [Fact]
    public async Task What_schema_6_kept_is_found_under_a_key_that_begins_with_its_time()
    {
        using var database = Open();
        var key = KeyDigest.Of("key", IdempotencyKey.New().Value);

        var (answer, claim) = await database.Writes.RunAsync(context =>
        {
            context.Storage.Connection.Execute(
                $"""
                INSERT INTO answers (stored_at, digest, operation, status, body) VALUES ({context.NextTime()}, {key.Whole}, 1, 201, '');
                INSERT INTO claim_keys (stored_at, digest, message, lease_salt) VALUES ({context.NextTime()}, {key.Whole}, 11, 12);
                """);
            return (context.Storage.Answers.Find(key, context.Now), context.Storage.ClaimKeys.Find(key, context.Now));
        });

        Assert.Equal((201, (11, 12)), (answer!.Status, claim!.Value));
    }

    public void Dispose() => home.Dispose();

    private BusDatabase Open() => BusDatabase.Open(home.Path, TimeProvider.System, static _ => { });
}
