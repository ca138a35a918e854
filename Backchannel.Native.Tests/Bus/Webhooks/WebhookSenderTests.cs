using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Servers;

namespace Backchannel.Native.Tests.Bus.Webhooks;

public sealed class WebhookSenderTests
{
    private static readonly Support.Servers.Reply Accepted = Support.Servers.Reply.Json(200, "{}");

    [Fact]
    public async Task A_channels_webhook_gets_every_new_message_signed()
    {
        await using var receiver = new MisbehavingServer(Accepted);
        await using var bus = await TestBus.StartAsync(AllowPrivate);
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await CreateAsync(caller, receiver.Address, "s3cret");

        var message = await caller.PostAsync(channel, "one");

        var call = await receiver.NextCallAsync();
        var signature = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes("s3cret"), call.Body));
        Assert.Equal(("POST", "/hook", "application/json"), (call.Method, call.Target, call.Header("Content-Type")));
        Assert.Equal(("Backchannel-Webhook/1", signature), (call.Header("User-Agent"), call.Header("X-Backchannel-Signature")));
        Assert.Equal(message, JsonDocument.Parse(call.Text).RootElement.GetProperty("message").GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_channels_webhook_gets_the_task_events_that_it_is_registered_for()
    {
        await using var receiver = new MisbehavingServer(Accepted);
        await using var bus = await TestBus.StartAsync(AllowPrivate);
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await CreateAsync(caller, receiver.Address, "s3cret");
        var settings = await caller.SendAsync("PUT", $"/v1/channels/{channel}/task-settings", """{"webhook_events":["task.cancelled"]}""");
        var refused = await caller.SendAsync("PUT", $"/v1/channels/{channel}/task-settings", """{"webhook_events":["task.moved"]}""");
        var task = await caller.PostAsync(channel, "one");
        await receiver.NextCallAsync();

        await caller.SendAsync("POST", $"/v1/messages/{task}/claim-with-lease", """{"session":"a-secret-of-one-process"}""");
        await caller.SendAsync("POST", $"/v1/messages/{task}/finish", """{"session":"a-secret-of-one-process","outcome":"failed","retry":false}""");
        await caller.SendAsync("POST", $"/v1/messages/{task}/reopen", "{}");
        await caller.SendAsync("POST", $"/v1/messages/{task}/cancel", """{"reason":"No need."}""");

        var told = JsonDocument.Parse((await receiver.NextCallAsync()).Text).RootElement;
        Assert.Equal((200, 422), (settings.Status, refused.Status));
        Assert.Equal(
            ("task.cancelled", channel, task, "No need.", false),
            (told.Text("event"), told.Text("channel_id"), told.Text("message_id"), told.GetProperty("task").Text("reason"), told.Has("message")));
    }

    [Fact]
    public async Task A_webhook_without_a_secret_is_not_signed()
    {
        await using var receiver = new MisbehavingServer(Accepted);
        await using var bus = await TestBus.StartAsync(AllowPrivate);
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await CreateAsync(caller, receiver.Address, null);

        await caller.PostAsync(channel, "one");

        Assert.Null((await receiver.NextCallAsync()).Header("X-Backchannel-Signature"));
    }

    [Fact]
    public async Task A_mentioned_actor_hears_of_a_channel_once_a_minute()
    {
        var time = new SignallingTimeProvider();
        await using var receiver = new MisbehavingServer(Accepted);
        await using var bus = await TestBus.StartAsync(AllowPrivate, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var actor = (await caller.SendAsync("POST", "/v1/actors", """{"name":"x"}""")).Text("id");
        await caller.SendAsync("POST", $"/v1/actors/{actor}/webhook", $$"""{"url":"{{receiver.Address}}mentions"}""");
        var channel = await caller.CreateAsync("lane");
        await MentionAsync(caller, channel, actor, "first");
        var first = await receiver.NextCallAsync();

        await MentionAsync(caller, channel, actor, "dropped");
        time.Advance(TimeSpan.FromSeconds(60));
        await MentionAsync(caller, channel, actor, "second");

        Assert.Equal((actor, "first"), (MentionedActor(first), Content(first)));
        Assert.Equal("second", Content(await receiver.NextCallAsync()));
    }

    [Fact]
    public async Task A_failed_delivery_is_repeated_after_a_minute()
    {
        var time = new SignallingTimeProvider();
        await using var receiver = new MisbehavingServer(Support.Servers.Reply.Error(500, "broken"), Accepted);
        await using var bus = await TestBus.StartAsync(AllowPrivate, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await CreateAsync(caller, receiver.Address, null);
        await caller.PostAsync(channel, "one");
        var first = await receiver.NextCallAsync();
        await time.TimerAsync(timer => timer == TimeSpan.FromSeconds(60));

        time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(first.Text, (await receiver.NextCallAsync()).Text);
    }

    [Fact]
    public async Task What_was_queued_while_the_clock_was_far_ahead_is_sent_when_it_is_right_again()
    {
        var time = new SignallingTimeProvider();
        await using var receiver = new MisbehavingServer(Support.Servers.Reply.Error(500, "broken"), Accepted);
        await using var bus = await TestBus.StartAsync(AllowPrivate, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await CreateAsync(caller, receiver.Address, null);
        time.Set(TimeSpan.FromDays(3650));
        await caller.PostAsync(channel, "one");
        await receiver.NextCallAsync();
        await time.TimerAsync(timer => timer == TimeSpan.FromSeconds(60));

        time.Set(TimeSpan.FromDays(-3650));
        time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal("one", Content(await receiver.NextCallAsync()));
    }

    [Fact]
    public async Task A_mention_of_while_the_clock_was_far_ahead_silences_nobody()
    {
        var time = new SignallingTimeProvider();
        await using var receiver = new MisbehavingServer(Accepted);
        await using var bus = await TestBus.StartAsync(AllowPrivate, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var actor = (await caller.SendAsync("POST", "/v1/actors", """{"name":"x"}""")).Text("id");
        await caller.SendAsync("POST", $"/v1/actors/{actor}/webhook", $$"""{"url":"{{receiver.Address}}mentions"}""");
        var channel = await caller.CreateAsync("lane");
        time.Set(TimeSpan.FromDays(3650));
        await MentionAsync(caller, channel, actor, "ahead");
        await receiver.NextCallAsync();

        time.Set(TimeSpan.FromDays(-3650));
        await MentionAsync(caller, channel, actor, "right again");

        Assert.Equal("right again", Content(await receiver.NextCallAsync()));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var target = new MisbehavingServer(Accepted);
        await using var receiver = new MisbehavingServer(Support.Servers.Reply.Json(302, "{}", $"Location: {target.Address}"));
        var time = new SignallingTimeProvider();
        await using var bus = await TestBus.StartAsync(AllowPrivate, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await CreateAsync(caller, receiver.Address, null);

        await caller.PostAsync(channel, "one");

        await time.TimerAsync(timer => timer == TimeSpan.FromSeconds(60));
        Assert.Empty(target.Requests);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("localhost.")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("0")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[64:ff9b::7f00:1]")]
    [InlineData("user:secret@127.0.0.1")]
    public async Task A_target_that_is_not_public_is_never_connected_to(string host)
    {
        var time = new SignallingTimeProvider();
        await using var receiver = new MisbehavingServer(Accepted);
        await using var bus = await TestBus.StartAsync(Quiet, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await CreateAsync(caller, new Uri($"http://{host}:{receiver.Address.Port}/"), null);

        await caller.PostAsync(channel, "one");

        await time.TimerAsync(timer => timer == TimeSpan.FromSeconds(60));
        Assert.Empty(receiver.Requests);
        Assert.Contains(bus.Log, line => line.Contains("webhook_failed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ftp")]
    [InlineData("ws")]
    [InlineData("gopher")]
    public async Task A_target_of_another_scheme_is_never_connected_to(string scheme)
    {
        await using var receiver = new MisbehavingServer(Accepted);
        await using var bus = await TestBus.StartAsync(AllowPrivate);
        var caller = await BusCaller.MintAsync(bus, "a");
        await caller.PostAsync(await CreateAsync(caller, new Uri($"{scheme}://127.0.0.1:{receiver.Address.Port}/"), null), "never sent");

        await caller.PostAsync(await CreateAsync(caller, receiver.Address, null), "sent");

        Assert.Equal("sent", Content(await receiver.NextCallAsync()));
        Assert.Single(receiver.Requests);
    }

    [Fact]
    public async Task What_waited_when_the_bus_stopped_is_sent_by_the_next_one()
    {
        await using var receiver = new MisbehavingServer(Support.Servers.Reply.Silence, Accepted);
        var folder = Directory.CreateTempSubdirectory("hooks-").FullName;
        var path = Path.Combine(folder, "bus.db");
        await using (var bus = await TestBus.StartAsync(options => AllowPrivate(options) with { DatabasePath = path }))
        {
            var caller = await BusCaller.MintAsync(bus, "a");
            await caller.PostAsync(await CreateAsync(caller, receiver.Address, null), "one");
            await receiver.NextCallAsync();
        }

        await using (await TestBus.StartAsync(options => AllowPrivate(options) with { DatabasePath = path }))
        {
            Assert.Equal("one", Content(await receiver.NextCallAsync()));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_start_leaves_what_another_sender_has_taken_until_its_lease_is_over()
    {
        var time = new SignallingTimeProvider();
        await using var receiver = new MisbehavingServer(Support.Servers.Reply.Silence, Accepted);
        using var folder = new TemporaryFolder();
        BusOptions WithFile(BusOptions options) => AllowPrivate(options) with { DatabasePath = folder.File("bus.db") };
        await using (var bus = await TestBus.StartAsync(WithFile, time))
        {
            var caller = await BusCaller.MintAsync(bus, "a");
            await caller.PostAsync(await CreateAsync(caller, receiver.Address, null), "one");
            await receiver.NextCallAsync();
        }

        // As a sender leaves it that is at work, or that died.
        DatabaseFile.Execute(folder.File("bus.db"), $"UPDATE webhook_queue SET taken_until = {Instant.Now(time) + (20 * Instant.PerSecond)}");
        await using var next = await TestBus.StartAsync(WithFile, time);
        await time.TimerAsync(timer => timer == TimeSpan.FromSeconds(20));
        var early = receiver.Requests.Count;

        time.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal("one", Content(await receiver.NextCallAsync()));
        Assert.Equal(1, early);
    }

    [Fact]
    public async Task An_approved_access_request_is_told_to_the_channels_webhook()
    {
        await using var receiver = new MisbehavingServer(Accepted);
        await using var bus = await TestBus.StartAsync(AllowPrivate);
        var owner = await BusCaller.MintAsync(bus, "owner");
        var guest = await BusCaller.MintAsync(bus, "guest");
        var channel = await CreateAsync(owner, receiver.Address, null, "restricted");
        var asked = await guest.SendAsync("POST", $"/v1/channels/{channel}/access-requests", "{}");

        var approved = await owner.SendAsync("POST", $"/v1/channels/{channel}/access-requests/{asked.Text("request_id")}/approve", "{}");

        var told = JsonDocument.Parse((await receiver.NextCallAsync()).Text).RootElement;
        Assert.Equal(200, approved.Status);
        Assert.Equal(
            (channel, guest.KeyId, owner.KeyId),
            (told.GetProperty("channel_id").GetString(), told.GetProperty("member_key_id").GetString(), told.GetProperty("approved_by").GetString()));
    }

    private static BusOptions Quiet(BusOptions options) =>
        options with { LeaseSweepInterval = TimeSpan.Zero, ExpiryInterval = TimeSpan.Zero };

    private static BusOptions AllowPrivate(BusOptions options) => Quiet(options) with { AllowPrivateWebhooks = true };

    private static async Task<string> CreateAsync(BusCaller caller, Uri receiver, string? secret, string access = "open")
    {
        var secretText = secret is null ? "null" : $"\"{secret}\"";
        return (await caller.SendAsync(
            "POST",
            "/v1/channels",
            $$"""{"name":"hooked","mode":"claimable","access":"{{access}}","webhook_url":"{{receiver}}hook","webhook_secret":{{secretText}}}""")).Text("id");
    }

    private static Task<BusAnswer> MentionAsync(BusCaller caller, string channel, string actor, string content) =>
        caller.SendAsync("POST", $"/v1/channels/{channel}/messages", $$"""{"content":"{{content}}","mentions":["{{actor}}"]}""");

    private static string? Content(RecordedRequest call) =>
        JsonDocument.Parse(call.Text).RootElement.GetProperty("message").GetProperty("content").GetString();

    private static string? MentionedActor(RecordedRequest call) =>
        JsonDocument.Parse(call.Text).RootElement.GetProperty("mentioned_actor_id").GetString();
}
