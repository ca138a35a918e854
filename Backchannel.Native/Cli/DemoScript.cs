using System.Text.Json;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli;

/// <summary>What the two agents of the demo do.</summary>
/// <param name="lane">Name of the channel that they use.</param>
/// <param name="channels">Gets the names of the other channels that are made.</param>
internal sealed class DemoScript(DemoAgent planner, DemoAgent worker, string lane, List<string> channels, TextWriter output)
{
    /// <summary>A post, a claim, an ack with a result, an await.</summary>
    public async Task HandOverAsync(CancellationToken cancellationToken)
    {
        var task = await PostAsync("Read src/parser.c and list what could crash.", cancellationToken);
        var waiting = planner.CallAsync("await_result", [("channel", lane), ("message_id", task)], cancellationToken);
        await ClaimAsync(cancellationToken);
        await AcknowledgeAsync(task, "Line 40: a length from the file is used without a check.", cancellationToken);
        await waiting;
    }

    /// <summary>A failed attempt, another one, a question in the middle of it; and a task that is taken back.</summary>
    public async Task SteerAsync(CancellationToken cancellationToken)
    {
        output.WriteLine("\nA first attempt fails, and the next one has a question:");
        var task = await PostAsync("Check the length in line 40.", cancellationToken);
        await ClaimAsync(cancellationToken);
        await worker.CallAsync("fail_task", [("message_id", task), ("reason", "The disk is full."), ("retry_after_seconds", "0")], cancellationToken);
        await ClaimAsync(cancellationToken);
        var asking = worker.CallAsync(
            "update_task", [("message_id", task), ("question", "May it refuse files over 1 GB?"), ("wait_seconds", "30")], cancellationToken);
        await planner.CallAsync("await_result", [("message_id", task)], cancellationToken);
        await planner.CallAsync("update_task", [("message_id", task), ("answer", "Yes.")], cancellationToken);
        await asking;
        await AcknowledgeAsync(task, "Checked; larger files are refused.", cancellationToken);
        await planner.CallAsync("await_result", [("message_id", task)], cancellationToken);

        output.WriteLine("\nA task that is not needed any more is taken back:");
        var other = await PostAsync("Translate the manual.", cancellationToken);
        await planner.CallAsync("cancel_task", [("message_id", other), ("reason", "The manual is gone.")], cancellationToken);
        await planner.CallAsync("await_result", [("message_id", other)], cancellationToken);
    }

    private async Task<string> PostAsync(string content, CancellationToken cancellationToken)
    {
        var posted = await planner.CallAsync("post_task", [("channel", lane), ("content", content)], cancellationToken);
        var task = posted.GetProperty("message_id"u8).GetString()!;
        channels.Add(ResultChannel.NameFor(task));
        return task;
    }

    // Claim and ack must name the same actor, as they must for workers in two processes.
    private Task<JsonElement> ClaimAsync(CancellationToken cancellationToken) =>
        worker.CallAsync("claim_task", [("channel", lane), ("actor", "worker")], cancellationToken);

    private Task<JsonElement> AcknowledgeAsync(string task, string result, CancellationToken cancellationToken) =>
        worker.CallAsync("ack_task", [("message_id", task), ("actor", "worker"), ("result", result)], cancellationToken);
}
