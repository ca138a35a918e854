using System.Diagnostics;
using System.Net.Http;
using System.Text;
using System.Text.Json;
using Backchannel.Native.Tests.Support;

namespace Backchannel.Native.Tests.EndToEnd;

/// <summary>A bus whose disk is full says so, keeps what it acknowledged, and goes on once there is room.</summary>
public sealed class DiskFullTests
{
    [SmallDiskFact]
    public async Task A_full_disk_is_answered_503_and_room_is_used_without_a_restart()
    {
        using var disk = new SmallDisk(megabytes: 4);
        var filler = Path.Combine(disk.Path, "filler");
        await File.WriteAllBytesAsync(filler, new byte[2 * 1024 * 1024]);
        await using var bus = await ServedBus.StartAsync(Path.Combine(disk.Path, "bus.db"));
        var channel = await bus.CreateChannelAsync("lane");

        var acknowledged = new List<string>();
        HttpResponseMessage answer;
        for (var i = 0; ; i++)
        {
            answer = await bus.PostAsync(channel, $"{i} {new string('x', 9_000)}");
            if (!answer.IsSuccessStatusCode)
            {
                break;
            }

            acknowledged.Add(await ServedBus.MessageIdAsync(answer));
        }

        var refusal = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        File.Delete(filler);
        var later = await bus.PostAsync(channel, "there is room again");

        Assert.Equal((503, "storage_unavailable"), ((int)answer.StatusCode, refusal.GetProperty("error").GetString()));
        Assert.Equal(201, (int)later.StatusCode);
        acknowledged.Add(await ServedBus.MessageIdAsync(later));
        Assert.Equal(acknowledged, await bus.ListAsync(channel));
    }

    /// <summary>The published file as a bus, and one key on it.</summary>
    private sealed class ServedBus(Process process, HttpClient http) : IAsyncDisposable
    {
        public static async Task<ServedBus> StartAsync(string database)
        {
            var start = new ProcessStartInfo(PublishedExecutable.Path, ["serve", "--listen", "127.0.0.1:0", "--db", database])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["BACKCHANNEL_RATE_LIMIT"] = "0";
            var process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            var line = await process.StandardOutput.ReadLineAsync(Deadline.Token());
            var http = new HttpClient { BaseAddress = new Uri(line!["listening on ".Length..]) };
            var minted = await http.PostAsync("/v1/keys", Json("""{"agent_label":"full"}"""));
            using var key = JsonDocument.Parse(await minted.Content.ReadAsStringAsync());
            http.DefaultRequestHeaders.Add("X-API-Key", key.RootElement.GetProperty("key").GetString());
            return new ServedBus(process, http);
        }

        public static async Task<string> MessageIdAsync(HttpResponseMessage answer)
        {
            using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            return body.RootElement.GetProperty("message").GetProperty("id").GetString()!;
        }

        public async Task<string> CreateChannelAsync(string name)
        {
            var answer = await http.PostAsync("/v1/channels", Json($$"""{"name":"{{name}}","mode":"claimable"}"""));
            using var channel = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            return channel.RootElement.GetProperty("id").GetString()!;
        }

        public Task<HttpResponseMessage> PostAsync(string channel, string content) =>
            http.PostAsync($"/v1/channels/{channel}/messages", Json($$"""{"content":"{{content}}"}"""));

        public async Task<List<string>> ListAsync(string channel)
        {
            var ids = new List<string>();
            var cursor = "";
            while (true)
            {
                var text = await http.GetStringAsync($"/v1/channels/{channel}/messages?limit=100&cursor={Uri.EscapeDataString(cursor)}");
                using var page = JsonDocument.Parse(text);
                var data = page.RootElement.GetProperty("data");
                if (data.GetArrayLength() == 0)
                {
                    return ids;
                }

                ids.AddRange(data.EnumerateArray().Select(message => message.GetProperty("id").GetString()!));
                cursor = page.RootElement.GetProperty("next_cursor").GetString()!;
            }
        }

        public async ValueTask DisposeAsync()
        {
            process.Kill();
            await process.WaitForExitAsync(Deadline.Token());
            process.Dispose();
            http.Dispose();
        }

        private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
    }
}
