using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Tools;

/// <summary>Answers that clients cut: Codex shows 12 kB of them, Copilot CLI 20 kB, Qwen Code 26 kB, Gemini CLI 40 kB.</summary>
public sealed class LongAnswerTests : IAsyncLifetime
{
    private const string IfCut = "If your client cut this text, call ";

    private TestBus bus = null!;
    private readonly List<ToolAgent> agents = [];

    private ToolAgent Agent => agents[0];

    public async Task InitializeAsync()
    {
        bus = await TestBus.StartAsync();
        agents.Add(new(new(bus.BaseUrl), "agent"));
    }

    public async Task DisposeAsync()
    {
        await Agent.DisposeAsync();
        await bus.DisposeAsync();
    }

    [Theory]
    [InlineData(3, 5_000, true)]
    [InlineData(3, 2_000, false)]
    public async Task Several_results_that_a_client_may_cut_say_how_to_get_them_one_by_one(int count, int bytes, bool isLong)
    {
        var ids = await FinishAsync(count, bytes);

        var awaited = await Agent.CallAsync("await_result", $$"""{"message_ids":["{{string.Join("\",\"", ids)}}"]}""");

        AssertAdvice(isLong ? $"{IfCut}await_result with one message_id at a time." : null, awaited);
    }

    [Theory]
    [InlineData(3, 5_000, true)]
    [InlineData(3, 2_000, false)]
    public async Task A_claim_with_results_that_a_client_may_cut_says_how_to_get_them_one_by_one(int count, int bytes, bool isLong)
    {
        var ids = await FinishAsync(count, bytes);
        await Agent.CallAsync("post_task", $$"""{"channel":"sums","content":"sum up","depends_on":["{{string.Join("\",\"", ids)}}"]}""");

        var claimed = await Agent.ClaimAsync("sums");

        AssertAdvice(isLong ? $"{IfCut}await_result with the message_id of each prerequisite." : null, claimed);
    }

    [Theory]
    [InlineData(3, 5_000, true)]
    [InlineData(3, 2_000, false)]
    [InlineData(1, 10_000, false)]
    public async Task A_page_that_a_client_may_cut_says_how_to_read_it_in_smaller_ones(int count, int bytes, bool isLong)
    {
        for (var i = 0; i < count; i++)
        {
            await Agent.CallAsync("broadcast", $$"""{"channel":"news","content":"{{new string('x', bytes)}}"}""");
        }

        var page = await Agent.CallAsync("subscribe", """{"channel":"news"}""");

        AssertAdvice(isLong ? $"{IfCut}subscribe with the same since and a smaller limit." : null, page);
    }

    private async Task<List<string>> FinishAsync(int count, int bytes)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            ids.Add(await Agent.PostAsync("jobs", "count"));
            await Agent.ClaimAsync("jobs");
            await Agent.CallAsync("ack_task", $$"""{"message_id":"{{ids[^1]}}","result":"{{new string('x', bytes)}}"}""");
        }

        return ids;
    }

    private static void AssertAdvice(string? expected, JsonElement answer)
    {
        var next = answer.Has("next") ? answer.Text("next") : "";
        if (expected is null)
        {
            Assert.DoesNotContain(IfCut, next, StringComparison.Ordinal);
        }
        else
        {
            Assert.EndsWith(expected, next, StringComparison.Ordinal);
        }
    }
}
