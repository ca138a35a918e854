namespace Backchannel.Native.Tests.Support.Buses;

/// <summary>Follows a channel's cursor, page by page.</summary>
internal sealed class ChannelReader(string channel)
{
    private string cursor = "";

    /// <summary>What has been read, in the order of the pages.</summary>
    public List<(string Id, string Content)> Messages { get; } = [];

    /// <summary>The path of the next page.</summary>
    /// <param name="wait">Seconds that the bus may wait for a first message.</param>
    public string NextPage(int wait = 0) => $"/v1/channels/{channel}/messages?limit=100&wait={wait}&cursor={Uri.EscapeDataString(cursor)}";

    /// <summary>All messages from the beginning to an empty page.</summary>
    public static async Task<List<(string Id, string Content)>> ReadAllAsync(BusCaller caller, string channel)
    {
        var reader = new ChannelReader(channel);
        while (reader.Take(await caller.SendAsync("GET", reader.NextPage())))
        {
        }

        return reader.Messages;
    }

    /// <summary>Takes the answer to <see cref="NextPage(int)"/>.</summary>
    /// <returns>False when the page was empty.</returns>
    public bool Take(BusAnswer answer)
    {
        Assert.Equal(200, answer.Status);
        var page = answer.Json;
        var data = page.GetProperty("data");
        if (data.GetArrayLength() == 0)
        {
            return false;
        }

        Messages.AddRange(data.EnumerateArray().Select(message => (message.Text("id"), message.Text("content"))));
        cursor = page.Text("next_cursor");
        return true;
    }
}
