using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Regressions.Claims;

public sealed class CursorTests
{
    [Fact]
    public async Task A_reader_that_follows_the_cursor_sees_every_message_of_sixteen_writers_once()
    {
        const int Writers = 16;
        const int Each = 40;
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane", "broadcast");
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var i = 0; i < Each; i++)
            {
                await caller.PostAsync(channel, $"{writer}-{i}");
            }
        }));

        var seen = new List<string>();
        var cursor = "";
        while (seen.Count < Writers * Each)
        {
            var page = await caller.SendAsync("GET", $"/v1/channels/{channel}/messages?limit=7&wait=20&cursor={Uri.EscapeDataString(cursor)}");
            seen.AddRange(page.Json.GetProperty("data").EnumerateArray().Select(message => message.GetProperty("content").GetString()!));
            if (writing.IsCompleted && page.Json.GetProperty("data").GetArrayLength() == 0)
            {
                break;
            }

            cursor = page.Text("next_cursor");
        }

        await writing;
        Assert.Equal(Writers * Each, seen.Count);
        Assert.Equal(Writers * Each, seen.Distinct().Count());
    }

    [Fact]
    public async Task Sixteen_workers_claim_each_message_once()
    {
        const int Messages = 60;
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        for (var i = 0; i < Messages; i++)
        {
            await caller.PostAsync(channel, $"{i}");
        }

        var claims = await Task.WhenAll(Enumerable.Range(0, 16).Select(async worker =>
        {
            var won = new List<string>();
            while (true)
            {
                var answer = await caller.SendAsync(
                    "POST",
                    "/v1/tasks/claim",
                    $$"""{"channel":"{{channel}}","actor":"worker-{{worker}}"}""",
                    Guid.NewGuid().ToString());
                if (answer.Json.GetProperty("claimed").ValueKind == System.Text.Json.JsonValueKind.Null)
                {
                    return won;
                }

                won.Add(answer.Json.GetProperty("claimed").GetProperty("id").GetString()!);
            }
        }));

        var all = claims.SelectMany(won => won).ToList();
        Assert.Equal(Messages, all.Count);
        Assert.Equal(Messages, all.Distinct().Count());
    }
}
