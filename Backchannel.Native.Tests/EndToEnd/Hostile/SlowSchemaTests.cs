using System.Net.Http;
using System.Text;
using System.Text.Json;

namespace Backchannel.Native.Tests.EndToEnd.Hostile;

/// <summary>A schema that takes its time takes it from its own channel.</summary>
public sealed class SlowSchemaTests
{
    private const int Attackers = 20;

    [Fact]
    public async Task A_slow_pattern_holds_up_nobody_elses_posts()
    {
        await using var bus = await HostedBus.StartAsync();
        var world = await HostileWorld.CreateAsync(bus.Http);
        using var trap = await SendAsync(
            bus, world, "/v1/channels", """{"name":"trap","mode":"claimable","metadata_schema":{"properties":{"a":{"type":"string","pattern":"^(a+)+$"}}}}""");
        using var created = JsonDocument.Parse(await trap.Content.ReadAsStringAsync());
        var path = $"/v1/channels/{created.RootElement.GetProperty("id").GetString()}/messages";
        var slow = new string('a', 40) + "!";

        var attack = Task.WhenAll(Enumerable.Range(0, Attackers)
            .Select(number => SendAsync(bus, world, path, $$$"""{"content":"{{{number}}}","metadata":{"a":"{{{slow}}}"} }""")));
        var served = 0;
        while (!attack.IsCompleted)
        {
            using var answer = await SendAsync(bus, world, $"/v1/channels/{world.Channel}/messages", $$"""{"content":"{{served++}}"}""");
            Assert.Equal(201, (int)answer.StatusCode);
        }

        // The attack takes 2 s. In the writer, which takes what waits at once, it would let two or three posts through.
        Assert.InRange(served, 10, int.MaxValue);
        Assert.All(await attack, answer => Assert.Equal(422, (int)answer.StatusCode));
    }

    private static async Task<HttpResponseMessage> SendAsync(HostedBus bus, HostileWorld world, string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("X-API-Key", world.Key);
        return await bus.Http.SendAsync(request, CancellationToken.None).Within();
    }
}
