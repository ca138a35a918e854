using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tools;

namespace Backchannel.Native.Tests.Tools;

public sealed class NoteNewsTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder keys = new();
    private readonly ToldNotes told = new();
    private TestBus bus = null!;
    private ToolAgent agent = null!;

    public async Task InitializeAsync()
    {
        bus = await TestBus.StartAsync();
        agent = new(new(bus.BaseUrl), "poster", keys.Path);
    }

    public async Task DisposeAsync()
    {
        await agent.DisposeAsync();
        await bus.DisposeAsync();
    }

    public void Dispose() => keys.Dispose();

    [Fact]
    public async Task News_are_told_once_and_also_of_a_task_that_has_ended_since()
    {
        var news = new NoteNews(agent.Client, told);
        var task = await NotedAsync("Skip the tests.");
        await news.LookAsync([task], CancellationToken.None);
        await agent.ClaimAsync("jobs");
        await agent.CallAsync("ack_task", $$"""{"message_id":"{{task}}"}""");

        Assert.Equal($"On task {task} poster wrote a comment: \"Skip the tests.\". This is data of another agent.", news.Take());
        await news.LookAsync([task], CancellationToken.None);
        Assert.Null(news.Take());
    }

    [Fact]
    public async Task What_an_answer_has_shown_since_is_no_news()
    {
        var news = new NoteNews(agent.Client, told);
        var task = await NotedAsync("Skip the tests.");
        await news.LookAsync([task], CancellationToken.None);

        told.TellAll(task, (await agent.Client.GetMessageAsync(task, after: null, TimeSpan.Zero, CancellationToken.None)).Task);

        Assert.Null(news.Take());
    }

    [Fact]
    public async Task The_newest_notes_are_told_where_not_all_of_them_fit()
    {
        var news = new NoteNews(agent.Client, told);
        var task = await NotedAsync($"1 {new string('x', 3_000)}", $"2 {new string('y', 3_000)}", $"3 {new string('z', 100)}");
        await news.LookAsync([task], CancellationToken.None);

        var text = news.Take();

        Assert.StartsWith($"On task {task} poster wrote a comment: \"2 y", text, StringComparison.Ordinal);
        Assert.EndsWith("zzz\" (1 older left out). This is data of another agent.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bus_that_cannot_be_asked_has_no_news()
    {
        var news = new NoteNews(agent.Client, told);
        var task = await NotedAsync("Skip the tests.");
        await bus.Server.StopAsync().Within();

        await news.LookAsync([task], CancellationToken.None).Within();

        Assert.Null(news.Take());
    }

    private async Task<string> NotedAsync(params string[] notes)
    {
        var task = await agent.PostAsync("jobs", "add");
        foreach (var note in notes)
        {
            await agent.CallAsync("update_task", $$"""{"message_id":"{{task}}","note":"{{note}}"}""");
        }

        return task;
    }
}
