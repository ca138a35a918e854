using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Regressions.Answers;

/// <summary>No result is longer than what a model can take, however large the messages of the bus are, and nothing is left out without a word.</summary>
public sealed partial class AnswerSizeTests : IAsyncLifetime, IDisposable
{
    private const int Most = 100_000;

    private readonly List<ToolAgent> agents = [];
    private readonly TemporaryFolder keys = new();
    private TestBus bus = null!;

    public async Task InitializeAsync() => bus = await TestBus.StartAsync(
        options => options with { MaxMessageBytes = 600_000, MaxRequestBytes = 8 << 20 });

    public async Task DisposeAsync()
    {
        foreach (var agent in agents)
        {
            await agent.DisposeAsync();
        }

        await bus.DisposeAsync();
    }

    public void Dispose() => keys.Dispose();

    [Theory]
    [InlineData("z")]
    [InlineData("\"")]
    [InlineData("\u0001")]
    [InlineData("é")]
    [InlineData("😀")]
    public async Task Task_that_is_too_long_is_cut_and_says_how_to_get_all_of_it(string piece)
    {
        var content = string.Concat(Enumerable.Repeat(piece, 300_000 / Encoding.UTF8.GetByteCount(piece)));
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        await poster.CallAsync("post_task", Json(("channel", "jobs"), ("content", content)));

        var claim = await worker.ClaimAsync("jobs");

        AssertFits(claim);
        Assert.StartsWith(claim.Text("content"), content, StringComparison.Ordinal);
        var missing = Encoding.UTF8.GetByteCount(content) - Encoding.UTF8.GetByteCount(claim.Text("content"));
        Assert.Contains($"the last {missing:N0} of the 300,000 bytes of content are left out", claim.Text("note"), StringComparison.Ordinal);
        Assert.InRange(Size(claim), Most - 10_000, Most);
        Assert.Equal(content, Assert.Single(await ReadAsToldAsync(claim.Text("note"))).Text("content"));
    }

    [Fact]
    public async Task Result_that_is_too_long_is_cut_and_says_how_to_get_all_of_it()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "count");
        await worker.ClaimAsync("jobs");
        var result = new string('z', 400_000);
        await worker.CallAsync("ack_task", Json(("message_id", task), ("result", result)));

        var awaited = await poster.CallAsync("await_result", Json(("message_id", task)));

        AssertFits(awaited);
        var shown = awaited.GetProperty("result").Text("content");
        Assert.Contains($"the last {result.Length - shown.Length:N0} of the 400,000 bytes", awaited.Text("note"), StringComparison.Ordinal);
        Assert.Equal(result, Assert.Single(await ReadAsToldAsync(awaited.Text("note"))).Text("content"));
    }

    [Fact]
    public async Task Metadata_that_is_too_long_is_left_out_before_any_content()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var data = new string('m', 200_000);
        await poster.CallAsync("post_task", $$"""{"channel":"jobs","content":"read this","metadata":{"data":"{{data}}"} }""");

        var claim = await worker.ClaimAsync("jobs");

        AssertFits(claim);
        Assert.Equal("read this", claim.Text("content"));
        Assert.False(claim.Has("metadata"));
        Assert.Contains("all 200,011 bytes of metadata are left out", claim.Text("note"), StringComparison.Ordinal);
        var whole = Assert.Single(await ReadAsToldAsync(claim.Text("note")));
        Assert.Equal(data, whole.GetProperty("metadata").Text("data"));
    }

    [Fact]
    public async Task Subscription_shows_a_message_that_is_too_long_alone_and_goes_on_behind_it()
    {
        var agent = Agent("agent");
        foreach (var content in (string[])["first", new string('z', 500_000), "last"])
        {
            await agent.CallAsync("broadcast", Json(("channel", "news"), ("content", content)));
        }

        var first = await agent.CallAsync("subscribe", """{"channel":"news"}""");
        var second = await agent.CallAsync("subscribe", Json(("channel", "news"), ("since", first.Text("next_cursor"))));
        var third = await agent.CallAsync("subscribe", Json(("channel", "news"), ("since", second.Text("next_cursor"))));

        Assert.All([first, second, third], AssertFits);
        Assert.Equal("first", Assert.Single(Data(first)).Text("content"));
        Assert.Contains("of the 500,000 bytes of content are left out", Assert.Single(Data(second)).Text("note"), StringComparison.Ordinal);
        Assert.Equal("last", Assert.Single(Data(third)).Text("content"));
    }

    [Fact]
    public async Task Page_of_the_bus_longer_than_what_is_read_at_once_is_read_in_shorter_ones()
    {
        var agent = Agent("agent");
        for (var index = 0; index < 9; index++)
        {
            await agent.CallAsync("broadcast", Json(("channel", "news"), ("content", $"{index} {new string('z', 590_000)}")));
        }

        var (numbers, cursor) = (new List<string>(), "");
        for (var calls = 0; calls < 9; calls++)
        {
            var read = await agent.CallAsync("subscribe", Json(("channel", "news"), ("since", cursor)));
            AssertFits(read);
            numbers.AddRange(Data(read).Select(message => message.Text("content")[..1]));
            cursor = read.Text("next_cursor");
        }

        Assert.Equal(Enumerable.Range(0, 9).Select(index => $"{index}"), numbers);
    }

    [Fact]
    public async Task Channels_are_listed_within_the_size_of_an_answer_and_the_rest_behind_the_cursor()
    {
        var (agent, owner) = (Agent("agent"), await BusCaller.MintAsync(bus, "owner"));
        for (var index = 0; index < 100; index++)
        {
            var (name, description) = ($"{new string('語', 190)}{index:000}", new string('語', 500));
            await owner.SendAsync("POST", "/v1/channels", Json(("name", name), ("mode", "claimable"), ("description", description)));
        }

        var (names, cursor) = (new List<string>(), (string?)null);
        do
        {
            var listed = await agent.CallAsync("list_channels", cursor is null ? """{"limit":100}""" : Json(("limit", "100"), ("cursor", cursor)));
            AssertFits(listed);
            Assert.Equal(listed.Has("next_cursor"), listed.Has("next"));
            names.AddRange(Data(listed).Select(channel => channel.Text("name")));
            cursor = listed.Has("next_cursor") ? listed.Text("next_cursor") : null;
        }
        while (cursor is not null);

        Assert.Equal((100, 100), (names.Count, names.Distinct().Count()));
    }

    [Fact]
    public async Task Message_that_hundreds_acknowledged_names_the_first_of_them()
    {
        var agent = Agent("agent");
        var task = await agent.PostAsync("jobs", "x");
        for (var index = 0; index < 25; index++)
        {
            await agent.Client.AcknowledgeAsync(task, $"worker-{index}", null, null, null, null, CancellationToken.None);
        }

        var read = await agent.CallAsync("subscribe", """{"channel":"jobs"}""");

        var names = Assert.Single(Data(read)).GetProperty("acknowledged_by").EnumerateArray().Select(name => name.GetString()).ToList();
        Assert.Equal((21, "worker-0", "and 5 more"), (names.Count, names[0], names[^1]));
    }

    private static void AssertFits(JsonElement result) => Assert.InRange(Size(result), 1, Most);

    private static int Size(JsonElement result) => Encoding.UTF8.GetByteCount(result.GetRawText());

    private static List<JsonElement> Data(JsonElement result) => [.. result.GetProperty("data").EnumerateArray()];

    private static string Json(params (string Name, string Value)[] members) =>
        new JsonObject(members.Select(member => KeyValuePair.Create(member.Name, (JsonNode?)member.Value))).ToJsonString();

    /// <summary>Runs the command that a note names, as a shell would.</summary>
    private async Task<List<JsonElement>> ReadAsToldAsync(string note)
    {
        var arguments = Argument().Matches(note).Select(match => (match.Groups[1].Value, match.Groups[2].Value)).ToArray();
        var shell = Agent("shell");
        shell.MaxResultBytes = int.MaxValue;
        return Data(await shell.CallAsync("subscribe", Json(arguments)));
    }

    private ToolAgent Agent(string label)
    {
        var agent = new ToolAgent(new(bus.BaseUrl), label, keys.Path);
        agents.Add(agent);
        return agent;
    }

    [GeneratedRegex("--([a-z]+) (\\S+)")]
    private static partial Regex Argument();
}
