using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Storage.Copying;

/// <summary>A bus that keeps something of every kind, and what it answers. Its clock has to stand still.</summary>
internal sealed partial class FullBus
{
    public const string Session = "a-secret-of-one-process";

    private const string Post = """{"content":"once"}""";

    private readonly List<(string Method, string Path)> asked = [];

    private FullBus(BusCaller alice, BusCaller bob) => (Alice, Bob) = (alice, bob);

    public BusCaller Alice { get; }

    public BusCaller Bob { get; }

    /// <summary>Id of the channel with most of it.</summary>
    public string Jobs { get; private set; } = "";

    /// <summary>The token of a claim that is held.</summary>
    public string Lease { get; private set; } = "";

    /// <summary>A task that is held under it.</summary>
    public string Held { get; private set; } = "";

    /// <summary>The first answer of a post with an idempotency key.</summary>
    public BusAnswer Kept { get; private set; } = null!;

    /// <summary>The first answer of a claim with an idempotency key.</summary>
    public BusAnswer Claimed { get; private set; } = null!;

    /// <summary>Fills a new bus.</summary>
    public static async Task<FullBus> FillAsync(TestBus bus)
    {
        var full = new FullBus(await BusCaller.MintAsync(bus, "alice"), await BusCaller.MintAsync(bus, "bob"));
        await full.MakeChannelsAsync(bus);
        await full.MakeTasksAsync();
        await full.MakeRestAsync();
        return full;
    }

    /// <summary>The same keys on another bus.</summary>
    public FullBus On(TestBus bus)
    {
        var other = new FullBus(new BusCaller(bus, Alice.Key, Alice.KeyId), new BusCaller(bus, Bob.Key, Bob.KeyId))
        {
            Jobs = Jobs, Lease = Lease, Held = Held, Kept = Kept, Claimed = Claimed,
        };
        other.asked.AddRange(asked);
        return other;
    }

    public Task<BusAnswer> PostAgainAsync() => Alice.SendAsync("POST", $"/v1/channels/{Jobs}/messages", Post, "the-key-of-a-post");

    public Task<BusAnswer> ClaimAgainAsync() => Bob.SendAsync(
        "POST", "/v1/tasks/claim-next", $$"""{"channels":["{{Jobs}}"],"session":"{{Session}}","actor":"worker","lease_seconds":3600}""", "the-key-of-a-claim");

    /// <summary>What the bus answers to reading everything.</summary>
    public async Task<string> ReadAllAsync()
    {
        var text = new StringBuilder();
        foreach (var caller in new[] { Alice, Bob })
        {
            foreach (var (method, path) in asked)
            {
                var answer = await caller.SendAsync(method, path, method == "POST" ? "{}" : null);
                text.Append(null, $"{method} {path}: {answer.Status}\n{answer.Body}\n");
            }
        }

        return Passing().Replace(text.ToString(), "");
    }

    private static string Id(BusAnswer posted) => posted.Json.GetProperty("message").Text("id");

    private async Task MakeChannelsAsync(TestBus bus)
    {
        var carol = await BusCaller.MintAsync(bus, "carol");
        await carol.SendAsync("PUT", "/v1/keys/me/scopes", """{"scopes":["messages:read"]}""");
        await carol.SendAsync("DELETE", "/v1/keys/me");
        Jobs = await Alice.CreateAsync("jobs");
        var news = await Alice.CreateAsync("news", "broadcast");
        await Alice.SendAsync("POST", $"/v1/channels/{Jobs}/aliases", """{"alias":"work"}""");
        await Alice.SendAsync("PATCH", $"/v1/channels/{Jobs}", $$"""{"description":"Größe \u0000 😀","related_channels":["{{news}}"]}""");
        var hidden = (await Alice.SendAsync("POST", "/v1/channels", """{"name":"hidden","mode":"claimable","access":"restricted","webhook_url":"http://127.0.0.1:1/x"}""")).Text("id");
        await Bob.SendAsync("POST", $"/v1/channels/{hidden}/access-requests", """{"reason":"please"}""");
        var invitation = await Alice.SendAsync("POST", $"/v1/channels/{hidden}/invitations");
        await Bob.SendAsync("GET", $"/v1/channel-invitations/{invitation.Text("id")}");
        await Alice.PostAsync(hidden, "the webhook of this is not reached");
        var gone = await Alice.CreateAsync("gone");
        await Alice.PostAsync(gone, "lies in a channel that is deleted");
        await Alice.SendAsync("DELETE", $"/v1/channels/{gone}");
        Ask("GET", "/v1/keys/me", "/v1/channels", $"/v1/channels/{Jobs}", $"/v1/channels/{news}", $"/v1/channels/{hidden}", $"/v1/channels/{hidden}/members",
            $"/v1/channels/{hidden}/events", $"/v1/channels/{hidden}/access-requests", $"/v1/channels/{hidden}/messages", $"/v1/channels/{gone}");
    }

    private async Task MakeTasksAsync()
    {
        var helper = (await Alice.SendAsync("POST", "/v1/actors", """{"name":"helper","metadata":{"size":1.0}}""")).Text("id");
        await Alice.SendAsync("POST", $"/v1/actors/{helper}/aliases", """{"alias":"the-helper"}""");
        await Alice.SendAsync("POST", $"/v1/actors/{helper}/webhook", """{"url":"http://127.0.0.1:1/hook","secret":"s"}""");
        Kept = await PostAgainAsync();
        await Alice.SendAsync("POST", $"/v1/channels/{Jobs}/messages", """{"content":"to the helper","metadata":{"n":1.0},"mentions":["the-helper"]}""", "mention",
            [new("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]);
        var first = await TaskAsync("""{"content":"first","priority":9,"max_attempts":3}""");
        var behind = await TaskAsync($$"""{"content":"behind","depends_on":["{{first}}"]}""");
        Held = await TaskAsync("""{"content":"held","priority":2}""");
        var failed = await TaskAsync("""{"content":"failed"}""");
        var file = await Bob.UploadAsync([.. Enumerable.Range(0, 600_000).Select(i => (byte)i)], "large.bin");
        var withFile = Id(await Bob.PostWithFilesAsync(Jobs, file));
        Claimed = await ClaimAgainAsync();
        Lease = (await Bob.SendAsync("POST", $"/v1/messages/{Held}/claim-with-lease", $$"""{"session":"{{Session}}","lease_seconds":3600}""")).Text("lease_token");
        await Bob.SendAsync("POST", $"/v1/messages/{Held}/notes", $$"""{"kind":"question","text":"Which?","session":"{{Session}}"}""");
        await Alice.SendAsync("POST", $"/v1/messages/{Held}/notes", """{"kind":"comment","text":"Hurry."}""");
        await Bob.SendAsync("POST", $"/v1/messages/{failed}/claim-with-lease", $$"""{"session":"{{Session}}"}""");
        await Bob.SendAsync("POST", $"/v1/messages/{failed}/finish", $$"""{"session":"{{Session}}","outcome":"failed","retry":true,"reason":"no disk"}""");
        var done = await Alice.PostAsync(Jobs, "done");
        await Bob.SendAsync("POST", $"/v1/messages/{done}/claim", "{}");
        await Bob.SendAsync("POST", $"/v1/messages/{done}/ack", """{"metadata":{"good":true}}""");
        await Alice.SendAsync("DELETE", $"/v1/messages/{await Alice.PostAsync(Jobs, "taken back")}");
        var sha = JsonDocument.Parse(file).RootElement.Text("sha256");
        Ask("GET", $"/v1/actors/{helper}", "/v1/actors/the-helper", $"/v1/actors/{helper}/webhook", $"/v1/channels/{Jobs}/messages?limit=100",
            $"/v1/channels/{Jobs}/messages?status=unclaimed", $"/v1/channels/{Jobs}/messages?status=claimed", $"/v1/channels/{Jobs}/history", $"/v1/channels/{Jobs}/metrics",
            $"/v1/messages/{first}", $"/v1/messages/{behind}", $"/v1/messages/{Held}", $"/v1/messages/{failed}", $"/v1/messages/{withFile}", $"/v1/messages/{withFile}/files/{sha}");
        Ask("POST", "/v1/tasks/mine");
    }

    private async Task MakeRestAsync()
    {
        await Alice.SendAsync("POST", "/v1/sessions", """{"name":"s","state":{"step":1}}""");
        Ask("GET", "/v1/sessions", "/v1/security/audit", "/v1/observability/metrics", "/v1/channels/work");
    }

    private async Task<string> TaskAsync(string body)
    {
        var posted = await Alice.SendAsync("POST", $"/v1/channels/{Jobs}/tasks", body);
        Assert.True(posted.Status == 201, posted.Body);
        return Id(posted);
    }

    // Each error has its own, and each bus its own port.
    [GeneratedRegex(@"""request_id"":""[^""]*""|http://127\.0\.0\.1:\d{4,5}")]
    private static partial Regex Passing();

    private void Ask(string method, params string[] paths) => asked.AddRange(paths.Select(path => (method, path)));
}
