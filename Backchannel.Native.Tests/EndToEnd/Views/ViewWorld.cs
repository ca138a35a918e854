using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.EndToEnd.Views;

/// <summary>A bus with a poster and a worker, and somebody who looks on, all in one home.</summary>
internal sealed class ViewWorld : IAsyncDisposable
{
    private readonly TemporaryHome home;

    private ViewWorld(TemporaryHome home, ServedBus bus, AgentProcess poster, AgentProcess worker)
    {
        this.home = home;
        (Bus, Poster, Worker) = (bus, poster, worker);
        Environment = new Dictionary<string, string?>
        {
            ["HOME"] = home.Path,
            ["BACKCHANNEL_BASE_URL"] = bus.BaseUrl,
            ["BACKCHANNEL_API_KEY"] = null,
            ["BACKCHANNEL_AGENT_LABEL"] = null,
            ["NO_COLOR"] = null,
        };
    }

    public ServedBus Bus { get; }

    public AgentProcess Poster { get; }

    public AgentProcess Worker { get; }

    public IReadOnlyDictionary<string, string?> Environment { get; }

    public static async Task<ViewWorld> StartAsync()
    {
        var home = new TemporaryHome();
        var bus = await ServedBus.StartAsync(Path.Combine(home.Path, "bus.db"));
        var poster = await AgentProcess.StartAsync(home.Path, "poster", bus.BaseUrl);
        return new(home, bus, poster, await AgentProcess.StartAsync(home.Path, "worker", bus.BaseUrl));
    }

    /// <returns>The id of the task.</returns>
    public async Task<string> PostAsync(string channel, string content, string more = "") =>
        (await Poster.CallAsync("post_task", $$"""{"channel":"{{channel}}","content":"{{content}}"{{more}}}""")).Text("message_id");

    /// <summary>The worker takes a task of a channel.</summary>
    public Task ClaimAsync(string channel) => Worker.CallAsync("claim_task", $$"""{"channel":"{{channel}}"}""");

    public Task AskAsync(string id, string question) =>
        Worker.CallAsync("update_task", $$"""{"message_id":"{{id}}","question":"{{question}}"}""");

    public Task FailAsync(string id, string reason) =>
        Worker.CallAsync("fail_task", $$"""{"message_id":"{{id}}","reason":"{{reason}}","retry":false}""");

    /// <summary>Posts a task and lets the worker fail at it for good.</summary>
    public async Task<string> PostFailedAsync(string channel, string content, string reason)
    {
        var id = await PostAsync(channel, content);
        await ClaimAsync(channel);
        await FailAsync(id, reason);
        return id;
    }

    /// <summary>Posts a task, at which the worker waits for an answer.</summary>
    public async Task<string> PostAskedAsync(string channel, string content, string question)
    {
        var id = await PostAsync(channel, content);
        await ClaimAsync(channel);
        await AskAsync(id, question);
        return id;
    }

    /// <summary>Runs a command to its end, its output a pipe.</summary>
    public Task<ProgramRun> RunAsync(params string[] arguments) => ProgramRun.RunAsync(PublishedExecutable.Path, arguments, Environment);

    /// <summary>Starts a command on a terminal of 100 by 30.</summary>
    public PseudoTerminal Open(params string[] arguments) => PseudoTerminal.Start(Environment, (100, 30), arguments);

    public async ValueTask DisposeAsync()
    {
        await Poster.DisposeAsync();
        await Worker.DisposeAsync();
        await Bus.DisposeAsync();
        home.Dispose();
    }
}
