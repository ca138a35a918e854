namespace Backchannel.Native.Tests.Tools;

/// <summary>What listings say of the tasks of a channel, on any bus.</summary>
internal static class ListedStates
{
    /// <param name="poster">Posts three tasks and lists them.</param>
    /// <param name="worker">Ends one of them and claims another.</param>
    public static async Task RequireAsync(ToolAgent poster, ToolAgent worker)
    {
        foreach (var content in (string[])["done", "claimed", "open"])
        {
            await poster.PostAsync("jobs", content);
        }

        var done = (await worker.ClaimAsync("jobs")).Text("message_id");
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{done}}"}""");
        await worker.ClaimAsync("jobs");
        await poster.CallAsync("broadcast", """{"channel":"news","content":"x"}""");

        var read = await poster.CallAsync("subscribe", """{"channel":"jobs"}""");
        var listed = await poster.CallAsync("list_channels", "{}");
        var news = await poster.CallAsync("subscribe", """{"channel":"news"}""");

        Assert.Equal(
            [("done", "acknowledged"), ("claimed", "claimed"), ("open", "open")],
            read.GetProperty("data").EnumerateArray().Select(message => (message.Text("content"), message.Text("state"))));
        Assert.Equal("""{"open":1,"claimed":1,"acknowledged":1}""", read.GetProperty("tasks").GetRawText());
        var lanes = listed.GetProperty("data").EnumerateArray().ToDictionary(channel => channel.Text("name"));
        Assert.Equal("""{"open":1,"claimed":1,"acknowledged":1}""", lanes["jobs"].GetProperty("tasks").GetRawText());
        Assert.False(lanes["news"].Has("tasks"));
        Assert.False(news.Has("tasks"));
        Assert.False(news.GetProperty("data")[0].Has("state"));
    }
}
