using Backchannel.Native.Client;
using Backchannel.Native.Tests.Support.Servers;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Client;

public sealed class LanesTests : IDisposable
{
    private readonly TemporaryFolder home = new();
    private readonly ChannelBus bus = new();

    public void Dispose()
    {
        home.Dispose();
        bus.Dispose();
    }

    [Fact]
    public async Task Finding_never_creates()
    {
        await using var connection = Connect();
        using var lanes = new Lanes();

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => lanes.FindAsync(new(connection), "jobs", default));

        Assert.Equal(ErrorCodes.ChannelNotFound, exception.Code);
        Assert.Equal(0, bus.Created);
    }

    [Fact]
    public async Task A_name_that_means_nothing_becomes_a_channel_of_that_mode_once()
    {
        await using var connection = Connect();
        using var lanes = new Lanes();

        var first = await lanes.FindOrCreateAsync(new(connection), "jobs", ChannelMode.Claimable, default);
        var second = await lanes.FindOrCreateAsync(new(connection), " jobs ", ChannelMode.Claimable, default);

        Assert.Equal((1, ChannelMode.Claimable), (bus.Created, first.Mode));
        Assert.Equal(first.Id, second.Id);
    }

    [Fact]
    public async Task A_name_that_exists_is_used_whatever_its_mode()
    {
        var id = bus.Add("jobs", ChannelMode.Broadcast);
        await using var connection = Connect();
        using var lanes = new Lanes();

        var lane = await lanes.FindOrCreateAsync(new(connection), "jobs", ChannelMode.Claimable, default);

        Assert.Equal((id, ChannelMode.Broadcast, 0), (lane.Id, lane.Mode, bus.Created));
    }

    [Fact]
    public async Task What_a_name_means_is_remembered_until_it_is_forgotten()
    {
        bus.Add("jobs", ChannelMode.Claimable);
        await using var connection = Connect();
        using var lanes = new Lanes();
        var before = await lanes.FindAsync(new(connection), "jobs", default);
        var newer = bus.Add("jobs", ChannelMode.Claimable);

        var remembered = await lanes.FindAsync(new(connection), "jobs", default);
        lanes.Forget("jobs");
        var after = await lanes.FindAsync(new(connection), "jobs", default);

        Assert.Equal((before.Id, newer), (remembered.Id, after.Id));
    }

    [Fact]
    public async Task Forgetting_an_id_forgets_the_names_that_meant_it()
    {
        bus.Add("jobs", ChannelMode.Claimable);
        await using var connection = Connect();
        using var lanes = new Lanes();
        var gone = await lanes.FindAsync(new(connection), "jobs", default);
        var newer = bus.Add("jobs", ChannelMode.Claimable);

        lanes.Forget(gone.Id);

        Assert.Equal(newer, (await lanes.FindAsync(new(connection), "jobs", default)).Id);
    }

    [Fact]
    public async Task Sixteen_that_create_one_name_at_once_end_up_on_one_channel()
    {
        var processes = Enumerable.Range(0, 16).Select(_ => (Connection: Connect(), Lanes: new Lanes())).ToArray();

        var channels = await Task.WhenAll(processes.SelectMany(process => Enumerable.Range(0, 2).Select(
            _ => process.Lanes.FindOrCreateAsync(new(process.Connection), "jobs", ChannelMode.Claimable, default))));

        Assert.Equal(1, bus.Created);
        Assert.Single(channels.Select(static channel => channel.Id).Distinct());
        foreach (var (connection, lanes) in processes)
        {
            await connection.DisposeAsync();
            lanes.Dispose();
        }
    }

    [Fact]
    public async Task A_creation_elsewhere_at_the_same_time_wins_if_the_name_means_it()
    {
        await using var connection = Connect();
        using var lanes = new Lanes();
        string? other = null;
        bus.AfterCreating = () => other = bus.Add("jobs", ChannelMode.Claimable);

        var lane = await lanes.FindOrCreateAsync(new(connection), "jobs", ChannelMode.Claimable, default);

        Assert.Equal(other, lane.Id);
    }

    [Fact]
    public async Task Without_a_folder_one_process_still_creates_once()
    {
        await using var connection = bus.Server.Connect();
        using var lanes = new Lanes();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => lanes.FindOrCreateAsync(new(connection), "jobs", ChannelMode.Claimable, default)));

        Assert.Equal(1, bus.Created);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("aufträge")]
    public async Task A_name_that_cannot_be_found_again_reaches_no_bus(string name)
    {
        await using var connection = Connect();
        using var lanes = new Lanes();

        await Assert.ThrowsAsync<BackchannelException>(
            () => lanes.FindOrCreateAsync(new(connection), name, ChannelMode.Claimable, default));

        Assert.Empty(bus.Server.Requests);
    }

    [Fact]
    public async Task Access_denied_creates_nothing()
    {
        await using var server = new MisbehavingServer(Reply.Error(403, ErrorCodes.ChannelAccessDenied));
        await using var connection = server.Connect();
        using var lanes = new Lanes();

        var exception = await Assert.ThrowsAsync<BackchannelException>(
            () => lanes.FindOrCreateAsync(new(connection), "jobs", ChannelMode.Claimable, default));

        Assert.Equal(ErrorCodes.ChannelAccessDenied, exception.Code);
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task A_channel_of_the_own_key_is_ours_without_asking_the_bus()
    {
        await using var connection = Connect();
        using var lanes = new Lanes();
        var channel = await lanes.FindOrCreateAsync(new(connection), "jobs", ChannelMode.Claimable, default);
        var before = bus.Server.Requests.Count;

        var lane = await lanes.UseAsync(new(connection), channel, default);

        Assert.Equal((true, false), (lane.OwnedByUs, lane.FirstUse));
        Assert.Equal(before, bus.Server.Requests.Count);
    }

    [Fact]
    public async Task A_channel_of_an_earlier_key_with_our_label_is_ours()
    {
        bus.Add("jobs", ChannelMode.Claimable, owner: "agent", keyId: "bck_earlier");
        await using var connection = Connect();
        using var lanes = new Lanes();
        var channel = await lanes.FindAsync(new(connection), "jobs", default);

        var lane = await lanes.UseAsync(new(connection), channel, default);

        Assert.Equal((true, false), (lane.OwnedByUs, lane.FirstUse));
    }

    [Fact]
    public async Task The_first_use_of_a_strangers_channel_is_told_once_even_across_processes()
    {
        bus.Add("jobs", ChannelMode.Claimable, owner: "stranger", keyId: "bck_stranger");
        var uses = new List<Lane>();
        for (var process = 0; process < 2; process++)
        {
            await using var connection = Connect();
            using var lanes = new Lanes();
            var channel = await lanes.FindAsync(new(connection), "jobs", default);

            uses.Add(await lanes.UseAsync(new(connection), channel, default));
            uses.Add(await lanes.UseAsync(new(connection), channel, default));
        }

        Assert.All(uses, static use => Assert.False(use.OwnedByUs));
        Assert.Equal([true, false, false, false], uses.Select(static use => use.FirstUse));
    }

    [Fact]
    public async Task Where_nothing_can_be_noted_the_first_use_is_told_once_a_process()
    {
        bus.Add("jobs", ChannelMode.Claimable, owner: "stranger", keyId: "bck_stranger");
        await File.WriteAllTextAsync(home.File("file"), "");
        await using var connection = bus.Server.Connect(options => options with { KeyFolder = home.File("file") });
        using var lanes = new Lanes();
        var channel = await lanes.FindOrCreateAsync(new(connection), "jobs", ChannelMode.Claimable, default);

        var first = await lanes.UseAsync(new(connection), channel, default);
        var second = await lanes.UseAsync(new(connection), channel, default);

        Assert.Equal((true, false), (first.FirstUse, second.FirstUse));
    }

    private BusConnection Connect() => bus.Server.Connect(options => options with { KeyFolder = home.Path });

    /// <summary>As much of a bus as names need: every create makes a channel, a name means the newest.</summary>
    private sealed class ChannelBus : IDisposable
    {
        private readonly Lock gate = new();
        private readonly List<(string Id, string Name, string Json)> channels = [];

        public ChannelBus() => Server = new(Answer);

        public MisbehavingServer Server { get; }

        public int Created { get; private set; }

        public Action AfterCreating { get; set; } = static () => { };

        public void Dispose() => Server.DisposeAsync().AsTask().GetAwaiter().GetResult();

        public string Add(string name, string mode, string owner = "agent", string keyId = "bck_aaaaaaaaaaaa")
        {
            lock (gate)
            {
                var id = $"c-{channels.Count + 1}";
                channels.Add((id, name, $$"""
                    {"id": "{{id}}", "owner_id": "{{owner}}", "created_by_key_id": "{{keyId}}", "name": "{{name}}", "mode": "{{mode}}",
                     "access": "open", "created_at": "2026-04-06T14:00:00.1+00:00", "updated_at": "2026-04-06T14:00:00.1+00:00"}
                    """));
                return id;
            }
        }

        private Reply Answer(RecordedRequest request) => (request.Method, request.Target) switch
        {
            ("POST", Routes.Keys) => MisbehavingServer.IssueKey(),
            ("GET", Routes.OwnKey) => Reply.Json(200, """
                {"key_id": "bck_aaaaaaaaaaaa", "owner_id": "agent", "plan": "free", "active": true, "scopes": null,
                 "rate_limit": 120, "rate_limit_window_seconds": 60}
                """),
            ("POST", Routes.Channels) => Create(request),
            _ => Find(Uri.UnescapeDataString(request.Target[(Routes.Channels.Length + 1)..])) is { } json
                ? Reply.Json(200, json)
                : Reply.Error(404, ErrorCodes.ChannelNotFound),
        };

        private Reply Create(RecordedRequest request)
        {
            var body = System.Text.Json.JsonDocument.Parse(request.Body).RootElement;
            lock (gate)
            {
                Created++;
            }

            var id = Add(body.GetProperty("name").GetString()!, body.GetProperty("mode").GetString()!);
            AfterCreating();
            return Reply.Json(201, Find(id)!);
        }

        private string? Find(string channel)
        {
            lock (gate)
            {
                return channels.LastOrDefault(known => known.Id == channel || known.Name == channel).Json;
            }
        }
    }
}
