using System.Collections.Concurrent;

namespace Backchannel.Native.Tests.EndToEnd.Endurance;

/// <summary>Worker processes that claim and acknowledge the tasks of one lane; one that is killed is replaced by a fresh one.</summary>
internal sealed class WorkerCrowd : IAsyncDisposable
{
    /// <summary>The shortest there is: so late does the task of a killed worker come back.</summary>
    private const int LeaseSeconds = 30;

    private readonly string home;
    private readonly string baseUrl;
    private readonly string lane;
    private readonly AgentProcess?[] agents;
    private readonly Task working;
    private volatile bool ending;

    /// <param name="home">All share it, and with it one key.</param>
    public WorkerCrowd(string home, string baseUrl, string lane, int size)
    {
        this.home = home;
        this.baseUrl = baseUrl;
        this.lane = lane;
        agents = new AgentProcess?[size];
        working = Task.WhenAll(Enumerable.Range(0, size).Select(KeepWorkingAsync));
    }

    /// <summary>Names of the workers that were killed.</summary>
    public ConcurrentDictionary<string, bool> Killed { get; } = new();

    /// <summary>What the workers were given, in the order of the answers.</summary>
    public ConcurrentQueue<Delivery> Deliveries { get; } = new();

    /// <summary>Acks that had their answer: task and worker.</summary>
    public ConcurrentQueue<(string Task, string Worker)> Acks { get; } = new();

    /// <summary>Errors that a worker was told.</summary>
    public ConcurrentQueue<ToldError> Errors { get; } = new();

    /// <summary>Ends with the first worker that fails for another reason than having been killed.</summary>
    public Task Working => working;

    /// <summary>SIGKILL for one of the workers, whatever it is doing.</summary>
    /// <returns>False when the one that was drawn is being replaced already.</returns>
    public bool KillOne(Random random)
    {
        if (agents[random.Next(agents.Length)] is not { } agent || !Killed.TryAdd(agent.Label, true))
        {
            return false;
        }

        agent.Process.Kill();
        return true;
    }

    /// <summary>Lets the workers finish what they are doing.</summary>
    public async ValueTask DisposeAsync()
    {
        ending = true;
        await working;
    }

    private async Task KeepWorkingAsync(int place)
    {
        for (var generation = 0; !ending; generation++)
        {
            await using var agent = await AgentProcess.StartAsync(home, $"worker-{place}-{generation}", baseUrl);
            agents[place] = agent;
            try
            {
                while (!ending)
                {
                    await WorkAsync(agent);
                }

                agents[place] = null;
                await agent.EndAsync();
            }
            catch (IOException) when (Killed.ContainsKey(agent.Label))
            {
                agents[place] = null;
            }
        }
    }

    private async Task WorkAsync(AgentProcess agent)
    {
        if (await TryCallAsync(agent, "claim_task", $$"""{"channel":"{{lane}}","lease_seconds":{{LeaseSeconds}},"wait_seconds":5}""") is not { } claim
            || !claim.GetProperty("claimed").GetBoolean())
        {
            return;
        }

        var task = claim.Text("message_id");
        Deliveries.Enqueue(new(task, agent.Label, claim.Has("redelivered")));
        var arguments = $$"""{"message_id":"{{task}}","result":"{{claim.Text("content")}} done by {{agent.Label}}"}""";
        if (await TryCallAsync(agent, "ack_task", arguments) is { } ack)
        {
            Assert.Equal("acknowledged", ack.Text("status"));
            Acks.Enqueue((task, agent.Label));
        }
    }

    private async Task<System.Text.Json.JsonElement?> TryCallAsync(AgentProcess agent, string tool, string arguments)
    {
        try
        {
            return await agent.CallAsync(tool, arguments);
        }
        catch (InvalidOperationException error)
        {
            Errors.Enqueue(new($"{agent.Label} {tool}: {error.Message}", agent));
            return null;
        }
    }

    /// <summary>Shown with the worker's log as far as it has come by then: the answer is often here before it.</summary>
    internal sealed record ToldError(string Text, AgentProcess Agent)
    {
        public override string ToString() => $"{Text}; its log: {Agent.Errors}";
    }

    /// <param name="IsMarked">Whether the worker was told that another one had it before.</param>
    internal sealed record Delivery(string Task, string Worker, bool IsMarked);
}
