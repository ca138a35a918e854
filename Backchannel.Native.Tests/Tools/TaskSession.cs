using System.Text.Json;
using Backchannel.Native.Tools;

namespace Backchannel.Native.Tests.Tools;

/// <summary>An agent's tools behind the protocol, called by a client that takes tasks.</summary>
internal sealed class TaskSession : IAsyncDisposable
{
    private readonly InProcessSession session;
    private int lastId = 1000;
    private bool isEnded;

    /// <param name="time">The clock of the tasks; null: the machine's.</param>
    public TaskSession(ToolAgent agent, TimeProvider? time = null)
    {
        Agent = agent;
        session = new(agent.Catalog.Tools, timeProvider: time, seal: (text, token) => TaskIdSeal.SealAsync(agent.Client, text, token));
    }

    public ToolAgent Agent { get; }

    /// <returns>The answer, a task or not.</returns>
    public async Task<JsonElement> CallAsync(string tool, string arguments) =>
        (await AskAsync("tools/call", $$""" "name":"{{tool}}","arguments":{{arguments}} """)).GetProperty("result");

    /// <returns>Id of the task.</returns>
    public async Task<string> StartAsync(string tool, string arguments)
    {
        var answer = await CallAsync(tool, arguments);
        Assert.True(answer.Text("resultType") == "task", answer.GetRawText());
        return answer.Text("taskId");
    }

    public async Task<JsonElement> GetAsync(string id) => (await AskAsync("tasks/get", $""" "taskId":"{id}" """)).GetProperty("result");

    public async Task<int> RefusalAsync(string id) =>
        (await AskAsync("tasks/get", $""" "taskId":"{id}" """)).GetProperty("error").GetProperty("code").GetInt32();

    public Task CancelAsync(string id) => AskAsync("tasks/cancel", $""" "taskId":"{id}" """);

    /// <summary>Listens until the task is over, and polls it then.</summary>
    public async Task<JsonElement> FinishAsync(string id)
    {
        var listen = ++lastId;
        await session.SendAsync(McpSession.ModernRequest(listen, "subscriptions/listen", $$""" "notifications":{"taskIds":["{{id}}"]} """, McpSession.TakesTasks));
        var acknowledged = await session.ReadAsync();
        Assert.True(acknowledged.GetProperty("params").GetProperty("notifications").GetProperty("taskIds").GetArrayLength() == 1, acknowledged.GetRawText());
        JsonElement told;
        do
        {
            told = (await session.ReadAsync()).GetProperty("params");
        }
        while (told.Text("status") == "working");

        await session.SendAsync($$$"""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{{{listen}}}}}""");
        var polled = await GetAsync(id);

        // Each notification carries what a poll would have brought.
        Assert.Equal(Without(told), Without(polled));
        return polled;
    }

    /// <summary>Listens to all of them by one stream until they are over.</summary>
    public async Task<IReadOnlyList<JsonElement>> FinishAllAsync(IReadOnlyCollection<string> ids)
    {
        var list = string.Join(',', ids.Select(static id => $"\"{id}\""));
        await session.SendAsync(McpSession.ModernRequest(++lastId, "subscriptions/listen", $$""" "notifications":{"taskIds":[{{list}}]} """, McpSession.TakesTasks));
        var acknowledged = await session.ReadAsync();
        Assert.True(acknowledged.GetProperty("params").GetProperty("notifications").GetProperty("taskIds").GetArrayLength() == ids.Count, acknowledged.GetRawText());
        List<JsonElement> done = [];
        while (done.Count < ids.Count)
        {
            var told = (await session.ReadAsync()).GetProperty("params");
            if (told.Text("status") != "working")
            {
                done.Add(told);
            }
        }

        return done;
    }

    public ValueTask CloseInputAsync() => session.CloseInputAsync();

    /// <summary>The process is killed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!isEnded)
        {
            isEnded = true;
            await session.DisposeAsync();
            await Agent.DisposeAsync();
        }
    }

    private Task<JsonElement> AskAsync(string method, string members) =>
        session.ExchangeAsync(McpSession.ModernRequest(++lastId, method, members, McpSession.TakesTasks));

    private static string Without(JsonElement task) =>
        string.Join(',', task.EnumerateObject().Where(static member => member.Name is not ("_meta" or "resultType")).Select(static member => member.ToString()));
}
