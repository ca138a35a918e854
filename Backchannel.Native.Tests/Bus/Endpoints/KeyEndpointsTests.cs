using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Endpoints;

public sealed class KeyEndpointsTests
{
    // The order of the two is not ours to choose; of so many pairs some come in the one that matters.
    private const int Pairs = 100;

    [Fact]
    public async Task A_key_that_is_revoked_while_its_scopes_change_stays_revoked()
    {
        await using var bus = await TestBus.StartAsync();
        for (var i = 0; i < Pairs; i++)
        {
            var caller = await BusCaller.MintAsync(bus, $"a{i}");
            await caller.SendAsync("GET", "/v1/keys/me");
            await Task.WhenAll(
                caller.SendAsync("DELETE", "/v1/keys/me"),
                caller.SendAsync("PUT", "/v1/keys/me/scopes", """{"scopes":[]}"""));

            Assert.Equal(401, (await caller.SendAsync("GET", "/v1/keys/me")).Status);
        }
    }
}
