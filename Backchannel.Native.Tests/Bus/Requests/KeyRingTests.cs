using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Requests;

public sealed class KeyRingTests : IDisposable
{
    private const string RawKey = "bck_1.secret";

    private readonly TemporaryFolder folder = new();
    private readonly TimeWithHook time = new();
    private readonly BusDatabase database;
    private readonly KeyRing ring;

    public KeyRingTests()
    {
        database = BusDatabase.Open(folder.File("bus.db"), time, static _ => { });
        ring = new KeyRing(database, time);
    }

    [Fact]
    public async Task A_key_that_another_process_revoked_is_refused_within_five_seconds()
    {
        await IssueAsync();
        await ring.AuthenticateAsync(RawKey);
        await WriteAsync(context => context.Storage.Keys.Revoke("bck_1"));

        time.Advance(TimeSpan.FromSeconds(5));

        await Assert.ThrowsAsync<ApiException>(() => ring.AuthenticateAsync(RawKey).AsTask());
    }

    [Fact]
    public async Task A_key_that_this_process_revoked_is_refused_at_once()
    {
        var key = await IssueAsync();
        await ring.AuthenticateAsync(RawKey);

        ring.Remember(key with { Active = false });

        await Assert.ThrowsAsync<ApiException>(() => ring.AuthenticateAsync(RawKey).AsTask());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_revocation_during_a_read_is_not_undone_by_what_was_read(bool wasKnown)
    {
        var key = await IssueAsync();
        if (wasKnown)
        {
            await ring.AuthenticateAsync(RawKey);
            time.Advance(TimeSpan.FromSeconds(5));
        }

        // The database still has the active key, as a reader sees it that began before the commit.
        time.AtNextTimestamp(skip: wasKnown ? 1 : 0, () => ring.Remember(key with { Active = false }));

        await Assert.ThrowsAsync<ApiException>(() => ring.AuthenticateAsync(RawKey).AsTask());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_read_while_the_ring_forgets_answers_its_request_and_is_not_remembered(bool wasKnown)
    {
        await IssueAsync();
        if (wasKnown)
        {
            await ring.AuthenticateAsync(RawKey);
            time.Advance(TimeSpan.FromSeconds(5));
        }

        time.AtNextTimestamp(skip: wasKnown ? 1 : 0, ring.Forget);
        var key = await ring.AuthenticateAsync(RawKey);
        await WriteAsync(context => context.Storage.Keys.Revoke("bck_1"));

        Assert.Equal("bck_1", key.KeyId);
        await Assert.ThrowsAsync<ApiException>(() => ring.AuthenticateAsync(RawKey).AsTask());
    }

    public void Dispose()
    {
        database.Dispose();
        folder.Dispose();
    }

    private async Task<ApiKeyRecord> IssueAsync()
    {
        var hash = new byte[32];
        KeyRing.Hash(RawKey, hash);
        var key = new ApiKeyRecord("bck_1", hash, "owner", true, null);
        await WriteAsync(context => context.Storage.Keys.Add(key, context.Now));
        return key;
    }

    private Task<bool> WriteAsync(Action<WriteContext> write) => database.Writes.RunAsync(context =>
    {
        write(context);
        return true;
    });

    /// <summary>Fake time that lets something happen when the monotonic clock is read.</summary>
    private sealed class TimeWithHook : FakeTimeProvider
    {
        private Action? hook;
        private int left;

        public void AtNextTimestamp(int skip, Action action) => (left, hook) = (skip, action);

        public override long GetTimestamp()
        {
            if (hook is { } action && left-- <= 0)
            {
                hook = null;
                action();
            }

            return base.GetTimestamp();
        }
    }
}
