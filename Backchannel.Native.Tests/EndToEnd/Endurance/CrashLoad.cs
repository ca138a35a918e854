using System.Collections.Concurrent;
using System.Globalization;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.EndToEnd.Endurance;

/// <summary>Posters, workers and a reader on a bus that crashes, and what the bus has acknowledged to them.</summary>
internal sealed class CrashLoad(PersistentCaller caller, string channel, int seed)
{
    private const int LeaseSeconds = 30;

    /// <summary>A lease that is about to run out proves nothing.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(3);

    private int lastPost;

    /// <summary>Content and id of the posts that had their 2xx.</summary>
    public ConcurrentDictionary<string, string> Posts { get; } = new();

    /// <summary>Claims that had their 2xx.</summary>
    public ConcurrentQueue<Claim> Claims { get; } = new();

    /// <summary>Message and actor of the acks that had their 2xx.</summary>
    public ConcurrentDictionary<string, string> Acks { get; } = new();

    /// <summary>Claims that are never acknowledged: their lease has to run out.</summary>
    public ConcurrentQueue<Claim> Abandoned { get; } = new();

    public async Task PostAsync(Func<bool> isEnough)
    {
        while (!isEnough())
        {
            var content = $"task {Interlocked.Increment(ref lastPost)}";
            var answer = await caller.SendAsync(
                "POST", $"/v1/channels/{channel}/messages", $$"""{"content":"{{content}}"}""", Guid.NewGuid().ToString());
            Assert.Equal(201, answer.Status);
            Assert.True(Posts.TryAdd(content, answer.Json.GetProperty("message").Text("id")));
        }
    }

    /// <param name="mayAbandon">Whether a fresh claim may be left to its lease.</param>
    /// <param name="isOver">Whether nothing more will be posted: then it ends with the last task that was left to its lease.</param>
    public async Task WorkAsync(int number, Func<bool> mayAbandon, Func<bool> isOver)
    {
        var actor = $"worker-{number}";
        var random = new Random(seed + number);
        while (!isOver() || !Abandoned.All(claim => Acks.ContainsKey(claim.Message)))
        {
            var page = await caller.SendAsync("GET", $"/v1/channels/{channel}/messages?status=unclaimed&limit=20&wait=1");
            Assert.Equal(200, page.Status);
            string[] free = [.. page.Json.GetProperty("data").EnumerateArray().Select(message => message.Text("id"))];
            random.Shuffle(free);
            foreach (var message in free)
            {
                if (await TryClaimAsync(message, actor) is not { } claim)
                {
                    continue;
                }

                if (mayAbandon() && claim.Deliveries == 1 && random.Next(5) == 0)
                {
                    Abandoned.Enqueue(claim);
                }
                else
                {
                    await AcknowledgeAsync(message, actor);
                }
            }
        }
    }

    /// <summary>Follows the cursor through all crashes.</summary>
    public async Task<List<(string Id, string Content)>> ReadAsync(Func<bool> isOver)
    {
        // When nothing happens in the channel any more, a bus that crashes every second answers no wait of a second.
        var reader = new ChannelReader(channel);
        while (reader.Take(await caller.SendAsync("GET", () => reader.NextPage(isOver() ? 0 : 1))) || !isOver() || reader.Messages.Count < Posts.Count)
        {
        }

        return reader.Messages;
    }

    /// <summary>Fails unless the newest claims that nobody acknowledged are still held by who had the answer.</summary>
    public async Task CheckHeldAsync()
    {
        foreach (var claim in Abandoned.Reverse().Take(3))
        {
            var answer = await caller.SendAsync("GET", $"/v1/messages/{claim.Message}");
            if (claim.ExpiresAt - Margin > DateTimeOffset.UtcNow)
            {
                var held = answer.Json.GetProperty("message");
                Assert.Equal((claim.Actor, claim.ClaimedAt), (held.GetProperty("claimed_by").Text("name"), Time(held.Text("claimed_at"))));
            }
        }
    }

    private async Task<Claim?> TryClaimAsync(string message, string actor)
    {
        var body = $$"""{"actor":"{{actor}}","lease_seconds":{{LeaseSeconds}}}""";
        var answer = await caller.SendAsync("POST", $"/v1/messages/{message}/claim-with-lease", body, Guid.NewGuid().ToString());
        if (answer.Status == 409)
        {
            return null;
        }

        Assert.Equal(200, answer.Status);
        var claim = new Claim(
            message,
            actor,
            Time(answer.Json.GetProperty("message").Text("claimed_at")),
            Time(answer.Text("expires_at")),
            int.Parse(answer.Header("X-Backchannel-Deliveries")!, CultureInfo.InvariantCulture));
        Claims.Enqueue(claim);
        return claim;
    }

    private async Task AcknowledgeAsync(string message, string actor)
    {
        var answer = await caller.SendAsync("POST", $"/v1/messages/{message}/ack", $$"""{"actor":"{{actor}}"}""", Guid.NewGuid().ToString());
        Assert.Equal((200, "acknowledged"), (answer.Status, answer.Text("status")));
        Assert.True(Acks.TryAdd(message, actor), $"{message} was acknowledged by {actor} and {Acks[message]}");
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    /// <param name="Deliveries">How often the bus says that the message has been taken, this time included.</param>
    internal sealed record Claim(string Message, string Actor, DateTimeOffset ClaimedAt, DateTimeOffset ExpiresAt, int Deliveries);
}
