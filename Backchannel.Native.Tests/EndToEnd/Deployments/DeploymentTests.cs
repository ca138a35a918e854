using System.Collections.Concurrent;
using System.Text.Json;

namespace Backchannel.Native.Tests.EndToEnd.Deployments;

/// <summary>
/// What the README of the deployment promises, on the way that it describes: two buses, a primary and a synchronous standby, and a proxy with TLS.
/// They are processes here; a container engine is not needed.
/// </summary>
[Collection(Soak.Name)]
public sealed class DeploymentTests
{
    private const int Tasks = 30;
    private const int Workers = 2;

    [DeploymentFact]
    public async Task A_bus_that_is_killed_in_mid_handoff_is_not_noticed_by_the_agents()
    {
        await using var deployment = await Deployment.StartAsync();
        await using var planner = await deployment.StartAgentAsync("planner");
        await planner.CallAsync("post_task", """{"channel":"lane","content":"first"}""");
        var deliveries = new ConcurrentQueue<string>();
        var isMidway = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // Any answer that is an error fails the test: that is how an agent would notice.
        var working = Task.WhenAll(Enumerable.Range(0, Workers).Select(WorkAsync));
        var posting = PostAsync();
        await Task.WhenAny(isMidway.Task, working, posting).Within();
        await deployment.KillAsync("bus-1");

        // Else its end would prove nothing.
        Assert.Matches("\"path\":\"/v1/", deployment.LogOf("bus-1"));
        var posted = await posting.Within();
        await working.Within();

        Assert.Equal(posted.Order(), deliveries.Where(content => content != "first").Order());
        foreach (var content in posted)
        {
            var result = await planner.CallAsync("await_result", $$"""{"channel":"lane","message_id":"{{content.Split(' ')[0]}}"}""");
            Assert.Equal("acknowledged", result.Text("status"));
        }

        async Task<List<string>> PostAsync()
        {
            var all = new List<string>();
            for (var number = 1; number < Tasks; number++)
            {
                var task = (await planner.CallAsync("post_task", $$"""{"channel":"lane","content":"{{number}}"}""")).Text("message_id");
                all.Add($"{task} {number}");
            }

            return all;
        }

        async Task WorkAsync(int worker)
        {
            await using var agent = await deployment.StartAgentAsync($"worker-{worker}");
            while (deliveries.Count < Tasks)
            {
                var claim = await agent.CallAsync("claim_task", """{"channel":"lane","wait_seconds":1}""");
                if (!claim.Has("message_id"))
                {
                    continue;
                }

                var (task, content) = (claim.Text("message_id"), claim.Text("content"));
                deliveries.Enqueue(content == "first" ? content : $"{task} {content}");
                await agent.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"done"}""");
                if (deliveries.Count >= Tasks / 3)
                {
                    isMidway.TrySetResult();
                }
            }
        }
    }

    [DeploymentFact]
    public async Task A_lost_primary_is_replaced_by_its_standby_with_all_that_was_acknowledged_and_comes_back_as_standby()
    {
        await using var deployment = await Deployment.StartAsync();
        await using var planner = await deployment.StartAgentAsync("planner");
        await using var worker = await deployment.StartAgentAsync("worker");
        var tasks = new List<string>();
        for (var number = 0; number < 10; number++)
        {
            tasks.Add((await planner.CallAsync("post_task", $$"""{"channel":"lane","content":"{{number}}"}""")).Text("message_id"));
        }

        var held = (await worker.CallAsync("claim_task", """{"channel":"lane"}""")).Text("message_id");
        Assert.Contains("database-2: streaming, sync", await deployment.DatabaseAsync("database-1", "status"), StringComparison.Ordinal);
        Assert.Contains("there will be two", await deployment.DatabaseRefusesAsync("database-2", "promote"), StringComparison.Ordinal);

        // Failover, as the README says.
        await deployment.KillAsync("database-1");
        await deployment.DatabaseAsync("database-1", "fence");
        await deployment.DatabaseAsync("database-2", "promote");

        await AgainAsync(worker, "ack_task", $$"""{"message_id":"{{held}}","result":"done"}""");
        var result = await AgainAsync(planner, "await_result", $$"""{"channel":"lane","message_id":"{{held}}"}""");
        Assert.Equal("acknowledged", result.Text("status"));
        Assert.Equal(tasks.Where(task => task != held), await ClaimAllAsync(worker, tasks.Count - 1));

        // The old primary does not come back by itself, and comes back as a standby.
        Assert.Contains("is fenced", await deployment.DatabaseRefusesAsync("database-1", "start"), StringComparison.Ordinal);
        Assert.Contains("no standby follows", await deployment.DatabaseRefusesAsync("database-2", "together"), StringComparison.Ordinal);
        Assert.Contains("is kept in", await deployment.DatabaseAsync("database-1", "follow", "localhost", deployment.PortOf("database-2")), StringComparison.Ordinal);
        await deployment.StartAsync("database-1");
        await UntilAsync(async () => (await deployment.DatabaseAsync("database-2", "status")).Contains("database-1: streaming", StringComparison.Ordinal));
        await deployment.DatabaseAsync("database-2", "together");
        await AgainAsync(planner, "post_task", """{"channel":"lane","content":"after"}""");
        Assert.Contains("database-1: streaming, sync", await deployment.DatabaseAsync("database-2", "status"), StringComparison.Ordinal);
    }

    [DeploymentFact]
    public async Task A_backup_is_tried_and_restored_and_what_was_there_before_is_kept()
    {
        await using var deployment = await Deployment.StartAsync();
        await using var agent = await deployment.StartAgentAsync("agent");
        await agent.CallAsync("post_task", """{"channel":"lane","content":"before"}""");

        await deployment.DatabaseToFileAsync("database-2", "bus.backup", "backup");
        Assert.Contains("1 channels, 1 messages", await deployment.DatabaseFromFileAsync("database-1", "bus.backup", "try"), StringComparison.Ordinal);
        await agent.CallAsync("post_task", """{"channel":"lane","content":"after"}""");
        Assert.Contains("Stop them first", await deployment.DatabaseRefusesAsync("database-1", "restore"), StringComparison.Ordinal);
        await deployment.StopAsync("bus-1");
        await deployment.StopAsync("bus-2");
        var told = await deployment.DatabaseFromFileAsync("database-1", "bus.backup", "restore");
        await deployment.StartAsync("bus-1");
        await deployment.StartAsync("bus-2");

        Assert.Contains("backchannel_before_", told, StringComparison.Ordinal);
        var messages = (await AgainAsync(agent, "subscribe", """{"channel":"lane"}""")).GetProperty("data").EnumerateArray();
        Assert.Equal("before", Assert.Single(messages).Text("content"));
    }

    /// <summary>Makes a call until it is no error: what an agent does that is told to try again.</summary>
    private static async Task<JsonElement> AgainAsync(AgentProcess agent, string tool, string arguments)
    {
        JsonElement result = default;
        await UntilAsync(async () =>
        {
            try
            {
                result = await agent.CallAsync(tool, arguments);
                return true;
            }
            catch (InvalidOperationException error) when (
                error.Message.StartsWith("Backchannel error [503", StringComparison.Ordinal) || error.Message.StartsWith("Backchannel error [504 write_undecided", StringComparison.Ordinal))
            {
                return false;
            }
        });
        return result;
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        var deadline = Deadline.Token();
        while (!await isSo())
        {
            deadline.ThrowIfCancellationRequested();
        }
    }

    private static async Task<List<string>> ClaimAllAsync(AgentProcess worker, int count)
    {
        var claimed = new List<string>();
        while (claimed.Count < count)
        {
            claimed.Add((await AgainAsync(worker, "claim_task", """{"channel":"lane","wait_seconds":20}""")).Text("message_id"));
        }

        return claimed;
    }
}
