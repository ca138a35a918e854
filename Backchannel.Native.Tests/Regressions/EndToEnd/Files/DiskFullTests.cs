using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Regressions.EndToEnd.Files;

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
        var caller = await BusCaller.MintAsync(bus.Http, "full");
        var channel = await caller.CreateAsync("lane");

        var acknowledged = new List<string>();
        BusAnswer answer;
        for (var i = 0; ; i++)
        {
            answer = await PostAsync($"{i} {new string('x', 9_000)}");
            if (answer.Status != 201)
            {
                break;
            }

            acknowledged.Add(MessageId(answer));
        }

        File.Delete(filler);
        var later = await PostAsync("there is room again");

        Assert.Equal((503, "storage_unavailable"), (answer.Status, answer.Text("error")));
        Assert.Equal(201, later.Status);
        acknowledged.Add(MessageId(later));
        Assert.Equal(acknowledged, (await ChannelReader.ReadAllAsync(caller, channel)).Select(message => message.Id));

        Task<BusAnswer> PostAsync(string content) =>
            caller.SendAsync("POST", $"/v1/channels/{channel}/messages", $$"""{"content":"{{content}}"}""");
    }

    private static string MessageId(BusAnswer answer) => answer.Json.GetProperty("message").Text("id");
}
