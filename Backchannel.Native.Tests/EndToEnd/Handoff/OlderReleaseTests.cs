using System.Text.Json;
using Backchannel.Native.Bus.Storage.Sqlite;

namespace Backchannel.Native.Tests.EndToEnd.Handoff;

/// <summary>A release that knows no options of tasks and this one share the local bus, whichever of them started it.</summary>
public sealed class OlderReleaseTests : IDisposable
{
    private const string Reason = "an older release of backchannel-mcp runs it; 'backchannel-mcp stop' ends that, and the next call starts this release";

    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    [OlderReleaseFact]
    public async Task The_bus_of_an_older_release_gets_no_new_option_and_each_refusal_says_why()
    {
        await using var older = await OlderAsync();
        var task = (await older.CallAsync("post_task", """{"channel":"lane","content":"plain"}""")).Text("message_id");
        await using var newer = await NewerAsync();
        Dictionary<string, string> refused = new()
        {
            ["priority"] = "9",
            ["delay_seconds"] = "60",
            ["depends_on"] = $"""["{task}"]""",
            ["max_attempts"] = "3",
            ["reply_to"] = $"\"{task}\"",
        };

        foreach (var (option, value) in refused)
        {
            AssertRefused(await FailAsync(newer, "post_task", $$"""{"channel":"lane","content":"x","{{option}}":{{value}}}"""), $"does not know {option}: ", "Nothing was posted.");
        }

        AssertRefused(await FailAsync(newer, "post_task", """{"channel":"lane","content":"x","files":["a.txt"]}"""), "cannot take files: ", "Nothing was done.");
        AssertRefused(await FailAsync(newer, "broadcast", $$"""{"channel":"news","content":"x","reply_to":"{{task}}"}"""), "does not know reply_to: ", "Nothing was posted.");

        // What concerns a task that is being worked on.
        Assert.Equal(task, (await newer.CallAsync("claim_task", """{"channels":["lane","other"]}""")).Text("message_id"));
        foreach (var note in (string[])["\"note\":\"n\"", "\"percent\":40", "\"question\":\"q?\"", "\"answer\":\"a\""])
        {
            AssertRefused(await FailAsync(newer, "update_task", $$"""{"message_id":"{{task}}",{{note}}}"""), "cannot keep notes on tasks: ", "Nothing was done.");
        }

        AssertRefused(await FailAsync(newer, "update_task", $$"""{"message_id":"{{task}}","reopen":true}"""), "cannot reopen tasks: ", "Nothing was done.");
        AssertRefused(await FailAsync(newer, "ack_task", $$"""{"message_id":"{{task}}","result":"r","files":["a.txt"]}"""), "cannot take files: ", "Nothing was done.");
        AssertRefused(await FailAsync(newer, "fail_task", $$"""{"message_id":"{{task}}","reason":"r","retry":false}"""), "A task cannot fail for good on ", "you still hold it");
        AssertRefused(await FailAsync(newer, "cancel_task", $$"""{"message_id":"{{task}}","reason":"r"}"""), "cannot cancel what is held: ", "It was not cancelled.");
        AssertRefused((await newer.CallAsync("my_tasks", "{}")).Text("note"), "cannot list the tasks of a key: ", "This session holds 1");

        Assert.Equal(["plain claimed_by newer"], await SeenAsync(older, "lane"));
        Assert.Empty(await SeenAsync(older, "news"));
    }

    [OlderReleaseFact]
    public async Task What_looks_on_says_that_the_bus_of_an_older_release_cannot_be_looked_at()
    {
        await using var older = await OlderAsync();
        await older.CallAsync("list_channels", "{}");
        var environment = new Dictionary<string, string> { ["HOME"] = home.Path, ["BACKCHANNEL_BASE_URL"] = "local" };

        foreach (var arguments in (string[][])[["open", "--no-browser"], ["watch"], ["lanes"], ["tasks"], ["workers"]])
        {
            var (exitCode, shown, errors) = await NativeCommand.RunAsync(environment, arguments);

            Assert.Equal((1, ""), (exitCode, shown));
            Assert.Contains($"{home.BusFolder}/bus.sock does not offer 'views', so it cannot show this. An older release runs this bus: ", errors, StringComparison.Ordinal);
        }
    }

    [OlderReleaseFact]
    public async Task On_the_bus_of_an_older_release_what_the_contract_can_do_is_done()
    {
        await using var older = await OlderAsync();
        var first = (await older.CallAsync("post_task", """{"channel":"lane","content":"first"}""")).Text("message_id");
        await using var newer = await NewerAsync();
        await newer.CallAsync("claim_task", """{"channels":["lane"]}""");

        var failed = await newer.CallAsync("fail_task", $$"""{"message_id":"{{first}}","reason":"no disk"}""");
        var again = await older.CallAsync("claim_task", """{"channel":"lane"}""");
        await older.CallAsync("ack_task", $$"""{"message_id":"{{first}}","result":"of the older"}""");
        var withdrawn = (await newer.CallAsync("post_task", """{"channel":"lane","content":"withdrawn"}""")).Text("message_id");
        var cancelled = await newer.CallAsync("cancel_task", $$"""{"message_id":"{{withdrawn}}","reason":"not needed"}""");
        var second = (await older.CallAsync("post_task", """{"channel":"lane","content":"second"}""")).Text("message_id");
        var claimed = await newer.CallAsync("claim_task", """{"channels":["other","lane"]}""");
        await newer.CallAsync("ack_task", $$"""{"message_id":"{{second}}","result":"of the newer"}""");

        var both = await newer.CallAsync("await_result", $$"""{"message_ids":["{{first}}","{{second}}"],"until":"all","timeout_seconds":50}""");
        var one = await older.CallAsync("await_result", $$"""{"channel":"lane","message_id":"{{second}}","timeout_seconds":50}""");
        Assert.Equal("open", failed.Text("status"));
        Assert.Contains(Reason, failed.Text("note"), StringComparison.Ordinal);
        Assert.Equal(first, again.Text("message_id"));
        Assert.Equal("cancelled", cancelled.Text("status"));
        Assert.Equal(second, claimed.Text("message_id"));
        Assert.Equal(
            ["of the older", "of the newer"], both.GetProperty("results").EnumerateArray().Select(static result => result.GetProperty("result").Text("content")));
        Assert.Equal("of the newer", one.GetProperty("result").Text("content"));
        Assert.Equal(["first acknowledged", "second acknowledged"], await SeenAsync(newer, "lane"));
    }

    [OlderReleaseFact]
    public async Task After_a_stop_the_same_session_uses_new_options_on_the_tasks_of_the_older_bus()
    {
        string done, open;
        await using (var before = await OlderAsync())
        {
            done = (await before.CallAsync("post_task", """{"channel":"lane","content":"done"}""")).Text("message_id");
            await before.CallAsync("claim_task", """{"channel":"lane"}""");
            await before.CallAsync("ack_task", $$"""{"message_id":"{{done}}","result":"5"}""");
            open = (await before.CallAsync("post_task", """{"channel":"lane","content":"open"}""")).Text("message_id");
            await before.EndAsync();
        }

        await using var newer = await NewerAsync();
        AssertRefused(await FailAsync(newer, "post_task", """{"channel":"lane","content":"x","priority":9}"""), "does not know priority: ", "Nothing was posted.");
        AssertRefused((await newer.CallAsync("my_tasks", "{}")).Text("note"), "cannot list the tasks of a key: ", "This session holds 0");
        await StopAsync();
        var mine = await newer.CallAsync("my_tasks", "{}");
        var urgent = await newer.CallAsync("post_task", $$"""{"channel":"lane","content":"urgent","priority":9,"depends_on":["{{done}}"],"files":["a.txt"]}""");
        var last = await newer.CallAsync("post_task", $$"""{"channel":"lane","content":"last","depends_on":["{{open}}"]}""");

        var claimed = await newer.CallAsync("claim_task", """{"channel":"lane"}""");
        await newer.CallAsync("ack_task", $$"""{"message_id":"{{claimed.Text("message_id")}}"}""");
        await using var older = await OlderAsync();
        var ofOlder = await older.CallAsync("claim_task", """{"channel":"lane"}""");
        await older.CallAsync("ack_task", $$"""{"message_id":"{{open}}","result":"7"}""");
        var freed = await newer.CallAsync("claim_task", """{"channel":"lane"}""");

        Assert.False(mine.TryGetProperty("note", out var note) && note.GetString()!.Contains(Reason, StringComparison.Ordinal), mine.GetRawText());
        Assert.Equal((urgent.Text("message_id"), "5"), (claimed.Text("message_id"), Prerequisite(claimed)));
        Assert.Equal("waiting", last.Text("status"));
        Assert.Equal(open, ofOlder.Text("message_id"));
        Assert.Equal(("last", "7"), (freed.Text("content"), Prerequisite(freed)));
    }

    [OlderReleaseFact]
    public async Task On_the_bus_of_this_release_an_older_session_opens_nothing_early_and_ends_nothing_that_was_ended()
    {
        await using var newer = await NewerAsync();
        var first = await PostAsync(newer, "first", "\"max_attempts\":2");
        var dependent = await PostAsync(newer, "dependent", $"\"depends_on\":[\"{first}\"]");
        await PostAsync(newer, "late", "\"delay_seconds\":3600");
        var urgent = await PostAsync(newer, "urgent", $"\"priority\":9,\"reply_to\":\"{first}\",\"files\":[\"a.txt\"]");
        await newer.CallAsync("cancel_task", $$"""{"message_id":"{{await PostAsync(newer, "cancelled", "\"priority\":8")}}"}""");
        await using var older = await OlderAsync();

        // An older release goes by age: listings stay in that order. Only what is open is taken.
        var listed = await SeenAsync(older, "lane");
        var (one, two) = (await older.CallAsync("claim_task", """{"channel":"lane"}"""), await older.CallAsync("claim_task", """{"channel":"lane"}"""));
        var none = await older.CallAsync("claim_task", """{"channel":"lane"}""");
        Assert.Equal(["first", "dependent", "late", "urgent", "cancelled"], listed);
        Assert.Equal(("first", "urgent", false), (one.Text("content"), two.Text("content"), none.GetProperty("claimed").GetBoolean()));

        // What is posted, cancelled or fails wakes it only if it is open.
        var waiting = older.CallAsync("claim_task", """{"channel":"lane","wait_seconds":50}""");
        await PostAsync(newer, "later", "\"delay_seconds\":3600");
        await newer.CallAsync("update_task", $$"""{"message_id":"{{urgent}}","note":"use metres"}""");
        await newer.CallAsync("cancel_task", $$"""{"message_id":"{{first}}","reason":"enough"}""");
        var ended = await newer.CallAsync("await_result", $$"""{"message_ids":["{{first}}","{{dependent}}"],"timeout_seconds":50}""");
        var woken = await PostAsync(newer, "woken", "\"priority\":2");
        Assert.Equal(["cancelled", "failed"], ended.GetProperty("results").EnumerateArray().Select(static result => result.Text("status")));
        Assert.Equal("woken", (await waiting).Text("content"));

        // A result of what was cancelled does not count; that of the other does, and its notes hinder nothing.
        var refusals = (await FailAsync(older, "ack_task", $$"""{"message_id":"{{first}}","result":"late"}"""), await FailAsync(older, "release_task", $$"""{"message_id":"{{first}}"}"""));
        await older.CallAsync("ack_task", $$"""{"message_id":"{{urgent}}","result":"U"}""");
        await older.CallAsync("release_task", $$"""{"message_id":"{{woken}}"}""");
        var results = await newer.CallAsync("await_result", $$"""{"message_ids":["{{first}}","{{urgent}}"],"timeout_seconds":50}""");
        var again = await newer.CallAsync("claim_task", """{"channel":"lane"}""");
        Assert.Contains("nothing was published", refusals.Item1, StringComparison.Ordinal);
        Assert.Contains("410 lease_expired]: This task is cancelled.", refusals.Item2, StringComparison.Ordinal);
        Assert.Equal(["cancelled", "acknowledged"], results.GetProperty("results").EnumerateArray().Select(static result => result.Text("status")));
        Assert.Equal("U", results.GetProperty("results")[1].GetProperty("result").Text("content"));
        var attempt = Assert.Single(again.GetProperty("attempts").EnumerateArray());
        Assert.Equal(("woken", "older", "released"), (again.Text("content"), attempt.Text("worker"), attempt.Text("outcome")));
    }

    [OlderReleaseFact]
    public async Task On_the_bus_of_this_release_a_task_of_an_older_session_can_be_asked_about_failed_and_reopened()
    {
        await using var newer = await NewerAsync();
        await newer.CallAsync("list_channels", "{}");
        await using var older = await OlderAsync();
        var task = (await older.CallAsync("post_task", """{"channel":"lane","content":"x"}""")).Text("message_id");
        await newer.CallAsync("claim_task", """{"channels":["lane"]}""");

        await newer.CallAsync("update_task", $$"""{"message_id":"{{task}}","percent":40}""");
        await newer.CallAsync("update_task", $$"""{"message_id":"{{task}}","question":"Which unit?"}""");
        var failed = await newer.CallAsync("fail_task", $$"""{"message_id":"{{task}}","reason":"nobody can","retry":false}""");
        var none = await older.CallAsync("claim_task", """{"channel":"lane"}""");
        var end = await newer.CallAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":50}""");
        await newer.CallAsync("update_task", $$"""{"message_id":"{{task}}","reopen":true}""");
        var again = await older.CallAsync("claim_task", """{"channel":"lane"}""");
        await older.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");
        var result = await newer.CallAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":50}""");

        Assert.Equal("failed", failed.Text("status"));
        Assert.False(none.GetProperty("claimed").GetBoolean());
        Assert.Equal(("failed", "nobody can"), (end.Text("status"), end.Text("reason")));
        Assert.Equal(task, again.Text("message_id"));
        Assert.Equal("5", result.GetProperty("result").Text("content"));
    }

    [OlderReleaseFact]
    public async Task The_older_program_leaves_a_file_of_this_release_alone_and_says_that_a_newer_one_is_needed()
    {
        string task;
        await using (var first = await NewerAsync())
        {
            task = await PostAsync(first, "kept", "\"priority\":9");
            await first.EndAsync();
        }

        await StopAsync();
        await using var older = await OlderAsync();
        var refused = await FailAsync(older, "claim_task", """{"channel":"lane"}""");
        await using var newer = await NewerAsync();
        var claimed = await newer.CallAsync("claim_task", """{"channel":"lane"}""");
        var seen = await SeenAsync(older, "lane");

        Assert.Contains($"The database has schema {Migrations.Latest}; this program knows schemas up to 5. Use the newer program that wrote it", refused, StringComparison.Ordinal);
        Assert.Equal(task, claimed.Text("message_id"));
        Assert.Equal(["kept claimed_by newer"], seen);
    }

    private Task<AgentProcess> OlderAsync() => AgentProcess.StartInFolderAsync(OlderRelease.Path, home.Path, "older");

    private async Task<AgentProcess> NewerAsync()
    {
        var agent = await AgentProcess.StartInFolderAsync(PublishedExecutable.Path, home.Path, "newer");
        await File.WriteAllTextAsync(Path.Combine(home.Path, "work", "a.txt"), "a file");
        return agent;
    }

    private async Task StopAsync() => Assert.Contains(
        "has ended", (await NativeCommand.RunAsync(new Dictionary<string, string> { ["HOME"] = home.Path }, "stop")).Output, StringComparison.Ordinal);

    private static async Task<string> PostAsync(AgentProcess agent, string content, string options) =>
        (await agent.CallAsync("post_task", $$"""{"channel":"lane","content":"{{content}}",{{options}}}""")).Text("message_id");

    private static async Task<string> FailAsync(AgentProcess agent, string tool, string arguments) =>
        (await Assert.ThrowsAsync<InvalidOperationException>(() => agent.CallAsync(tool, arguments))).Message;

    private void AssertRefused(string refusal, string what, string consequence)
    {
        Assert.Contains(home.BusFolder, refusal, StringComparison.Ordinal);
        Assert.Contains(what, refusal, StringComparison.Ordinal);
        Assert.Contains(Reason, refusal, StringComparison.Ordinal);
        Assert.Contains(consequence, refusal, StringComparison.Ordinal);
    }

    private static string Prerequisite(JsonElement claimed) =>
        Assert.Single(claimed.GetProperty("prerequisites").EnumerateArray()).Text("content");

    /// <summary>What a channel shows to its readers, and who has it.</summary>
    private static async Task<IReadOnlyList<string>> SeenAsync(AgentProcess agent, string channel)
    {
        var page = await agent.CallAsync("subscribe", $$"""{"channel":"{{channel}}"}""");
        return [.. page.GetProperty("data").EnumerateArray().Select(static message =>
            message.Text("content") + (message.TryGetProperty("acknowledged_by", out _) ? " acknowledged"
                : message.TryGetProperty("claimed_by", out var holder) ? $" claimed_by {holder}" : ""))];
    }
}
