using System.Text.Json;
using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Tools;

/// <summary>Two sides of one task: <c>update_task</c>, <c>await_result</c> and <c>my_tasks</c> on our own bus.</summary>
public sealed class TaskNotesTests : OwnBusTests
{
    [Fact]
    public async Task Worker_of_several_tasks_is_told_of_a_cancelled_one_soon_after_it_was_told_of_another()
    {
        var clock = new SignallingTimeProvider();
        var (poster, worker) = (Agent("poster"), Agent("worker", clock));
        string[] tasks = [await poster.PostAsync("jobs", "one"), await poster.PostAsync("jobs", "two"), await poster.PostAsync("jobs", "three")];
        foreach (var _ in tasks)
        {
            await worker.ClaimAsync("jobs");
        }

        // The third one is kept, so that the session goes on listening.
        foreach (var task in tasks[..2])
        {
            // Before the request that tells of it. Nothing else in the session is as short.
            await clock.TimerAsync(static length => length == TimeSpan.FromMilliseconds(200));
            await poster.CallAsync("cancel_task", $$"""{"message_id":"{{task}}"}""");
            clock.Advance(TimeSpan.FromMilliseconds(200));
        }

        await clock.TimerAsync(static length => length == TimeSpan.FromMilliseconds(200));
        var mine = (await worker.CallAsync("my_tasks", "{}")).GetProperty("mine").EnumerateArray();
        Assert.Equal([tasks[2]], mine.Select(static task => task.Text("message_id")));
    }

    [Fact]
    public async Task Question_of_the_worker_is_answered_by_the_poster_while_the_worker_waits()
    {
        var (poster, worker, task) = await ClaimedAsync();
        var asking = worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","question":"Which unit?","wait_seconds":50}""");

        var asked = await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":50}""");
        var answered = await poster.CallAsync("update_task", $$"""{"message_id":"{{task}}","answer":"Metres."}""");

        var question = asked.GetProperty("question");
        Assert.Equal(("question", "Which unit?", "worker"), (asked.Text("status"), question.Text("text"), question.Text("by")));
        Assert.Contains("update_task", asked.Text("next"), StringComparison.Ordinal);
        Assert.Equal("claimed", answered.Text("status"));
        var answer = await asking;
        Assert.Equal((question.Text("id"), "Metres.", "poster"), (answer.Text("question_id"), answer.GetProperty("answer").Text("text"), answer.GetProperty("answer").Text("by")));
    }

    [Fact]
    public async Task Question_is_told_once_and_then_the_wait_goes_on()
    {
        var (poster, worker, task) = await ClaimedAsync();
        var open = await worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","question":"Which unit?"}""");
        var look = $$"""{"message_id":"{{task}}","timeout_seconds":0}""";

        var first = await poster.CallAsync("await_result", look);
        var second = await poster.CallAsync("await_result", look);
        var other = await Agent("other").CallAsync("await_result", look);

        Assert.Equal(("claimed", "question", "claimed", "question"), (open.Text("status"), first.Text("status"), second.Text("status"), other.Text("status")));
        Assert.Equal(("question", "Which unit?"), (second.GetProperty("last_note").Text("kind"), second.GetProperty("last_note").Text("text")));
        Assert.Contains("same question", open.Text("next"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Same_question_again_waits_for_the_first_one_or_gives_its_answer()
    {
        var (poster, worker, task) = await ClaimedAsync();
        var ask = $$"""{"message_id":"{{task}}","question":"Which unit?"}""";

        var first = await worker.CallAsync("update_task", ask);
        var again = await worker.CallAsync("update_task", ask);
        await poster.CallAsync("update_task", $$"""{"message_id":"{{task}}","answer":"Metres."}""");
        var late = await worker.CallAsync("update_task", ask);

        Assert.Equal(first.Text("question_id"), again.Text("question_id"));
        Assert.Equal((first.Text("question_id"), "Metres."), (late.Text("question_id"), late.GetProperty("answer").Text("text")));
    }

    [Fact]
    public async Task Answer_to_the_question_before_is_refused_with_the_open_one_and_the_next_answer_is_for_that()
    {
        var (poster, worker, task) = await ClaimedAsync();
        await worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","question":"Which unit?"}""");
        await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":0}""");
        await poster.CallAsync("update_task", $$"""{"message_id":"{{task}}","answer":"Metres."}""");
        await worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","question":"Which colour?"}""");

        var refusal = await poster.FailAsync("update_task", $$"""{"message_id":"{{task}}","answer":"Feet."}""");
        await poster.CallAsync("update_task", $$"""{"message_id":"{{task}}","answer":"Red."}""");
        var answered = await worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","question":"Which colour?"}""");

        Assert.Contains("Another question is open: \"Which colour?\"; answer that", refusal, StringComparison.Ordinal);
        Assert.Contains("wrote \"Metres.\"", refusal, StringComparison.Ordinal);
        Assert.Equal("Red.", answered.GetProperty("answer").Text("text"));
    }

    [Fact]
    public async Task Second_answer_is_refused_with_the_one_that_stands()
    {
        var (poster, worker, task) = await ClaimedAsync();
        await worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","question":"Which unit?"}""");
        await poster.CallAsync("update_task", $$"""{"message_id":"{{task}}","answer":"Metres."}""");

        var refusal = await Agent("other").FailAsync("update_task", $$"""{"message_id":"{{task}}","answer":"Feet."}""");

        Assert.StartsWith("Backchannel error [409 question_closed]: ", refusal, StringComparison.Ordinal);
        Assert.Contains("poster wrote \"Metres.\"", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_goes_to_the_question_that_was_told_and_to_no_later_one()
    {
        var (poster, worker, task) = await ClaimedAsync();
        await worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","question":"Which unit?"}""");
        await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":0}""");
        await worker.CallAsync("release_task", $$"""{"message_id":"{{task}}"}""");
        var next = Agent("next");
        await next.ClaimAsync("jobs");
        await next.CallAsync("update_task", $$"""{"message_id":"{{task}}","question":"May I delete it?"}""");

        var refusal = await poster.FailAsync("update_task", $$"""{"message_id":"{{task}}","answer":"Metres, yes."}""");

        Assert.Contains("no longer has the task", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Note_reaches_a_waiting_poster_as_progress_and_is_told_when_the_wait_is_over()
    {
        var (poster, worker, task) = await ClaimedAsync();
        var messages = System.Threading.Channels.Channel.CreateUnbounded<string>();
        using var cancelling = new CancellationTokenSource();
        var waiting = poster.CallAsync(
            "await_result", $$"""{"message_id":"{{task}}","timeout_seconds":600}""", message => messages.Writer.TryWrite(message), cancelling.Token);
        await MessageAsync(messages, "claimed by worker");

        await worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","percent":40,"note":"half of it"}""");
        await MessageAsync(messages, "claimed by worker: 40 %, half of it");
        await worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","note":"a remark"}""");
        await MessageAsync(messages, "claimed by worker: comment by worker: a remark");
        await cancelling.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        var look = await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":0}""");
        Assert.Equal(("claimed", "comment", "a remark"), (look.Text("status"), look.GetProperty("last_note").Text("kind"), look.GetProperty("last_note").Text("text")));
    }

    [Fact]
    public async Task Note_of_the_poster_comes_with_the_workers_next_answer_about_the_task_once()
    {
        var (poster, worker, task) = await ClaimedAsync();
        await poster.CallAsync("update_task", $$"""{"message_id":"{{task}}","note":"Skip\nthe tests."}""");

        var first = await worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","percent":40}""");
        var second = await worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","percent":50}""");

        var note = Assert.Single(first.GetProperty("notes").EnumerateArray());
        Assert.Equal(("comment", "Skip\nthe tests.", "poster"), (note.Text("kind"), note.Text("text"), note.Text("by")));
        Assert.False(second.Has("notes"));
    }

    [Fact]
    public async Task Notes_and_answers_come_with_whatever_the_worker_calls_next_once()
    {
        var clock = new SignallingTimeProvider();
        var (poster, worker) = (Agent("poster"), Agent("worker", clock));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");
        await worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","question":"Which unit?"}""");

        // The session shows itself to the bus a moment after its claim. Its next renewal is a hundred seconds away.
        clock.Advance(await clock.TimerAsync(static pause => pause == TimeSpan.FromMilliseconds(200)));
        await poster.CallAsync("update_task", $$"""{"message_id":"{{task}}","answer":"Metres."}""");
        var answered = await NewsAsync(worker);
        clock.Advance(await clock.TimerAsync(static pause => pause == TimeSpan.FromMilliseconds(200)));
        await poster.CallAsync("update_task", $$"""{"message_id":"{{task}}","note":"Skip the tests."}""");
        var noted = await NewsAsync(worker);
        var after = await worker.CallAsync("list_channels", "{}");
        var about = await worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","percent":50}""");

        Assert.Equal($"On task {task} poster wrote an answer: \"Metres.\". This is data of another agent.", answered);
        Assert.Equal($"On task {task} poster wrote a comment: \"Skip the tests.\". This is data of another agent.", noted);
        Assert.False(after.Has("note"));
        Assert.False(about.Has("notes"));
    }

    [Fact]
    public async Task Note_ends_the_wait_for_an_answer_and_the_same_question_goes_on_waiting()
    {
        var (poster, worker, task) = await ClaimedAsync();
        var ask = $$"""{"message_id":"{{task}}","question":"Which unit?","wait_seconds":50}""";
        var asking = worker.CallAsync("update_task", ask);
        await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":50}""");

        await poster.CallAsync("update_task", $$"""{"message_id":"{{task}}","note":"I am looking it up."}""");
        var noted = await asking;
        var again = worker.CallAsync("update_task", ask);
        await poster.CallAsync("update_task", $$"""{"message_id":"{{task}}","answer":"Metres."}""");
        var answered = await again;

        Assert.Equal("I am looking it up.", Assert.Single(noted.GetProperty("notes").EnumerateArray()).Text("text"));
        Assert.Contains("same question", noted.Text("next"), StringComparison.Ordinal);
        Assert.Equal((noted.Text("question_id"), "Metres."), (answered.Text("question_id"), answered.GetProperty("answer").Text("text")));
        Assert.False(answered.Has("notes"));
    }

    [Fact]
    public async Task Comment_of_the_worker_reaches_the_poster_though_progress_came_after_it()
    {
        var (poster, worker, task) = await ClaimedAsync();
        await poster.CallAsync("update_task", $$"""{"message_id":"{{task}}","note":"mine"}""");
        await worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","note":"a remark"}""");
        await worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","percent":40}""");
        var look = $$"""{"message_id":"{{task}}","timeout_seconds":0}""";

        var first = await poster.CallAsync("await_result", look);
        var second = await poster.CallAsync("await_result", look);
        await worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","note":"at last"}""");
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");
        var done = await poster.CallAsync("await_result", $$"""{"message_ids":["{{task}}"]}""");

        Assert.Equal("a remark", Assert.Single(first.GetProperty("notes").EnumerateArray()).Text("text"));
        Assert.Equal("progress", first.GetProperty("last_note").Text("kind"));
        Assert.False(second.Has("notes"));
        Assert.Equal("at last", Assert.Single(done.GetProperty("results")[0].GetProperty("notes").EnumerateArray()).Text("text"));
    }

    [Fact]
    public async Task Claim_hands_on_what_stands_on_the_task()
    {
        var (poster, worker, task) = await ClaimedAsync();
        await poster.CallAsync("update_task", $$"""{"message_id":"{{task}}","note":"first"}""");
        await worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","question":"Which unit?"}""");
        await poster.CallAsync("update_task", $$"""{"message_id":"{{task}}","answer":"Metres."}""");
        await worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","percent":40,"note":"half of it"}""");
        await worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","question":"Nobody hears this."}""");
        await worker.CallAsync("release_task", $$"""{"message_id":"{{task}}"}""");
        var next = Agent("next");

        var claimed = await next.ClaimAsync("jobs");
        var after = await next.CallAsync("update_task", $$"""{"message_id":"{{task}}","percent":50}""");

        Assert.Equal(
            [("comment", "first"), ("question", "Which unit?"), ("answer", "Metres."), ("progress", "half of it")],
            claimed.GetProperty("notes").EnumerateArray().Select(note => (note.Text("kind"), note.Text("text"))));
        Assert.False(after.Has("notes"));
    }

    [Fact]
    public async Task Claim_hands_on_the_newest_notes_where_not_all_of_them_fit()
    {
        var poster = Agent("poster");
        var task = await poster.PostAsync("jobs", "add");
        for (var i = 0; i < 12; i++)
        {
            await poster.CallAsync("update_task", $$"""{"message_id":"{{task}}","note":"{{i}} {{new string('x', 1000)}}"}""");
        }

        var claimed = await Agent("worker").ClaimAsync("jobs");

        Assert.Equal(["5", "6", "7", "8", "9", "10", "11"], claimed.GetProperty("notes").EnumerateArray().Select(note => note.Text("text").Split(' ')[0]));
        Assert.Equal("5 older notes are left out.", claimed.Text("note"));
    }

    [Fact]
    public async Task My_tasks_show_each_side_the_newest_note_of_the_other()
    {
        var (poster, worker, task) = await ClaimedAsync();
        await poster.CallAsync("update_task", $$"""{"message_id":"{{task}}","note":"of the poster"}""");
        foreach (var text in (string[])["one", "two", "three", "four"])
        {
            await worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","note":"{{text}}"}""");
        }

        var held = (await worker.CallAsync("my_tasks", "{}")).GetProperty("mine")[0];
        await poster.CallAsync("update_task", $$"""{"message_id":"{{task}}","note":"and another"}""");
        var posted = (await poster.CallAsync("my_tasks", "{}")).GetProperty("posted")[0];

        Assert.Equal("of the poster", held.GetProperty("last_note").Text("text"));
        Assert.Equal("four", posted.GetProperty("last_note").Text("text"));
    }

    [Fact]
    public async Task Progress_of_a_wait_for_several_names_the_state_of_the_one_that_changed()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker", Time));
        var first = await poster.PostAsync("jobs", "first");
        var second = (await poster.CallAsync("post_task", $$"""{"channel":"jobs","content":"second","depends_on":["{{first}}"],"delay_seconds":600}""")).Text("message_id");
        var start = Timestamp.ToText(Time.GetUtcNow().AddSeconds(600))[..19];
        var messages = System.Threading.Channels.Channel.CreateUnbounded<string>();
        var waiting = poster.CallAsync(
            "await_result", $$"""{"message_ids":["{{first}}","{{second}}"],"timeout_seconds":600}""", message => messages.Writer.TryWrite(message));
        await MessageAsync(messages, $"0 of 2 are over; {second} waiting for other tasks");

        await worker.ClaimAsync("jobs");
        await worker.CallAsync("fail_task", $$"""{"message_id":"{{first}}","reason":"The disk is full.","retry_after_seconds":600}""");
        await MessageAsync(messages, $"0 of 2 are over; {first} waiting until {start}");
        await poster.CallAsync("cancel_task", $$"""{"message_id":"{{first}}"}""");

        var end = await waiting;
        Assert.Equal(["cancelled", "failed"], Results(end).Select(entry => entry.Text("status")));
    }

    [Fact]
    public async Task Progress_of_a_wait_for_several_names_the_end_of_one()
    {
        var poster = Agent("poster");
        var tasks = await PostAsync(poster, "jobs", 2);
        var messages = System.Threading.Channels.Channel.CreateUnbounded<string>();
        using var cancelling = new CancellationTokenSource();
        var waiting = poster.CallAsync(
            "await_result", $$"""{"message_ids":[{{Quoted(tasks)}}],"timeout_seconds":600}""", message => messages.Writer.TryWrite(message), cancelling.Token);
        await MessageAsync(messages, $"0 of 2 are over; {tasks[1]} waiting for a worker");

        await poster.CallAsync("cancel_task", $$"""{"message_id":"{{tasks[0]}}"}""");
        await MessageAsync(messages, $"1 of 2 are over; {tasks[0]} cancelled");

        await cancelling.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Question_of_a_worker_that_gave_the_task_back_is_shown_no_more()
    {
        var (poster, worker, task) = await ClaimedAsync();
        await worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","question":"Which unit?"}""");

        await worker.CallAsync("release_task", $$"""{"message_id":"{{task}}"}""");

        var look = await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":0}""");
        var mine = await poster.CallAsync("my_tasks", "{}");
        Assert.Equal("open", look.Text("status"));
        Assert.False(look.Has("last_note"));
        Assert.False(Assert.Single(mine.GetProperty("posted").EnumerateArray()).Has("last_note"));
    }

    [Fact]
    public async Task Cancelled_task_ends_the_wait_for_an_answer_and_says_why()
    {
        var (poster, worker, task) = await ClaimedAsync();
        var asking = worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","question":"Which unit?","wait_seconds":50}""");
        await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":50}""");

        await SendAsync(poster, Routes.Cancel(task), new("No longer needed."));

        var told = await asking;
        Assert.Equal("cancelled", told.Text("status"));
        Assert.Contains("Reason: No longer needed.", told.Text("note"), StringComparison.Ordinal);
        var refusal = await worker.FailAsync("update_task", $$"""{"message_id":"{{task}}","percent":50}""");
        Assert.StartsWith($"Backchannel error [409 task_cancelled]: Task {task} was cancelled", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_on_the_task_of_a_living_session_is_refused_and_names_it()
    {
        var (_, _, task) = await ClaimedAsync();

        var refusal = await Agent("other").FailAsync("update_task", $$"""{"message_id":"{{task}}","percent":50}""");

        Assert.Contains($"worker holds task {task}", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_on_the_task_of_a_session_that_is_gone_takes_it_over()
    {
        var (poster, worker, task) = await ClaimedAsync();
        await worker.DisposeAsync();
        Time.Advance(TimeSpan.FromSeconds(11));
        var heir = Agent("heir");

        await heir.CallAsync("update_task", $$"""{"message_id":"{{task}}","percent":50}""");
        var look = await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":0}""");
        var mine = await heir.CallAsync("my_tasks", "{}");

        Assert.Equal("heir", look.Text("claimed_by"));
        Assert.Equal(task, Assert.Single(mine.GetProperty("mine").EnumerateArray()).Text("message_id"));
    }

    [Fact]
    public async Task Failed_and_cancelled_tasks_come_with_the_reason_of_every_attempt()
    {
        var poster = Agent("poster");
        var (failed, cancelled) = (await PostAsync(poster, 1), await PostAsync(poster, 5));
        await FailAsync(Agent("worker"), failed, "No such file.");
        await SendAsync(poster, Routes.Cancel(cancelled), new("Wrong one."));

        var one = await poster.CallAsync("await_result", $$"""{"message_id":"{{failed}}"}""");
        var other = await poster.CallAsync("await_result", $$"""{"message_id":"{{cancelled}}"}""");

        Assert.Equal(("failed", "No such file."), (one.Text("status"), one.Text("reason")));
        var attempt = Assert.Single(one.GetProperty("attempts").EnumerateArray());
        Assert.Equal((1, "failed", "No such file."), (attempt.GetProperty("number").GetInt32(), attempt.Text("outcome"), attempt.Text("reason")));
        Assert.Equal(("cancelled", "Wrong one."), (other.Text("status"), other.Text("reason")));
    }

    [Fact]
    public async Task Task_whose_last_lease_ran_out_is_told_as_failed_with_what_happened()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker", Time));
        var task = await PostAsync(poster, 1);
        await worker.ClaimAsync("jobs");
        await worker.DisposeAsync();
        var waiting = poster.CallAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":50}""");

        Time.Advance(TimeSpan.FromSeconds(301));

        var result = await waiting;
        Assert.Equal("failed", result.Text("status"));
        Assert.Equal(("worker", "lease_ran_out"), (result.GetProperty("attempts")[0].Text("worker"), result.GetProperty("attempts")[0].Text("outcome")));
    }

    [Fact]
    public async Task Failed_task_is_reopened()
    {
        var poster = Agent("poster");
        var task = await PostAsync(poster, 1);
        await FailAsync(Agent("worker"), task, "No such file.");

        var reopened = await poster.CallAsync("update_task", $$"""{"message_id":"{{task}}","reopen":true}""");
        var again = await poster.FailAsync("update_task", $$"""{"message_id":"{{task}}","reopen":true}""");

        Assert.Equal("open", reopened.Text("status"));
        Assert.Contains("has not failed", again, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expired_task_is_told_as_that()
    {
        var (poster, _, task) = await ClaimedAsync();
        await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":0}""");
        Time.Advance(TimeSpan.FromDays(2));

        var result = await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":0}""");

        Assert.Equal("expired", result.Text("status"));
    }

    [Theory]
    [InlineData("""{"message_id":"x"}""", "Say one thing a call")]
    [InlineData("""{"message_id":"x","note":"a","answer":"b"}""", "Say one thing a call")]
    [InlineData("""{"message_id":"x","reopen":false}""", "Say one thing a call")]
    [InlineData("""{"message_id":"x","note":"a","wait_seconds":5}""", "wait_seconds belongs to question")]
    public async Task Call_that_says_nothing_or_two_things_is_refused(string arguments, string words) =>
        Assert.Contains(words, await Agent("agent").FailAsync("update_task", arguments), StringComparison.Ordinal);

    [Fact]
    public async Task Ten_results_come_in_one_call()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var tasks = await PostAsync(poster, "jobs", 10);
        await AcknowledgeAllAsync(worker, _ => "done");

        var all = await poster.CallAsync("await_result", $$"""{"message_ids":[{{Quoted(tasks)}}]}""");

        Assert.Equal("acknowledged", all.Text("status"));
        Assert.Equal(tasks, Results(all).Select(entry => entry.Text("message_id")));
        Assert.All(Results(all), entry => Assert.Equal(("acknowledged", "done"), (entry.Text("status"), entry.GetProperty("result").Text("content"))));
    }

    [Fact]
    public async Task Wait_for_all_ends_with_the_last_and_for_any_with_the_first()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var tasks = await PostAsync(poster, "jobs", 2);
        var all = poster.CallAsync("await_result", $$"""{"message_ids":[{{Quoted(tasks)}}],"timeout_seconds":50}""");
        var any = Agent("other").CallAsync("await_result", $$"""{"message_ids":[{{Quoted(tasks)}}],"until":"any","timeout_seconds":50}""");

        await worker.ClaimAsync("jobs");
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{tasks[0]}}","result":"1"}""");
        var first = await any;
        Assert.False(all.IsCompleted);
        await worker.ClaimAsync("jobs");
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{tasks[1]}}","result":"2"}""");

        Assert.Equal("acknowledged", first.Text("status"));
        Assert.Equal("1", Results(first)[0].GetProperty("result").Text("content"));
        Assert.False(Results(first)[1].Has("result"));
        Assert.Equal(["1", "2"], Results(await all).Select(entry => entry.GetProperty("result").Text("content")));
    }

    [Fact]
    public async Task Question_on_one_of_several_ends_the_wait_for_them_once()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var tasks = await PostAsync(poster, "jobs", 2);
        var waiting = poster.CallAsync("await_result", $$"""{"message_ids":[{{Quoted(tasks)}}],"timeout_seconds":50}""");
        await worker.ClaimAsync("jobs");

        await worker.CallAsync("update_task", $$"""{"message_id":"{{tasks[0]}}","question":"Which unit?"}""");

        var asked = await waiting;
        Assert.Equal(("question", tasks[0], "Which unit?"), (asked.Text("status"), asked.Text("message_id"), asked.GetProperty("question").Text("text")));
        var again = await poster.CallAsync("await_result", $$"""{"message_ids":[{{Quoted(tasks)}}],"timeout_seconds":0}""");
        Assert.Equal(("claimed", "0 of 2 are over."), (again.Text("status"), again.Text("note")));
    }

    [Fact]
    public async Task Results_beyond_50_kB_are_named_and_read_alone()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var tasks = await PostAsync(poster, "jobs", 6);
        await AcknowledgeAllAsync(worker, _ => new string('x', 9_900));

        var all = await poster.CallAsync("await_result", $$"""{"message_ids":[{{Quoted(tasks)}}]}""");
        var last = await poster.CallAsync("await_result", $$"""{"message_id":"{{tasks[5]}}"}""");

        Assert.Equal([true, true, true, true, true, false], Results(all).Select(entry => entry.Has("result")));
        Assert.Contains("call await_result with this message_id alone", Results(all)[5].Text("note"), StringComparison.Ordinal);
        Assert.Equal(9_900, last.GetProperty("result").Text("content").Length);
    }

    [Fact]
    public async Task Unknown_ids_among_several_are_told_each()
    {
        var poster = Agent("poster");
        var task = await poster.PostAsync("jobs", "one");

        var look = await poster.CallAsync("await_result", $$"""{"message_ids":["nonsense","{{task}}"],"timeout_seconds":0}""");

        Assert.Equal(["unknown", "open"], Results(look).Select(entry => entry.Text("status")));
        Assert.Equal(("open", "1 of 2 are over."), (look.Text("status"), look.Text("note")));
    }

    [Theory]
    [InlineData("""{}""", "Give either message_id")]
    [InlineData("""{"message_id":"x","message_ids":["y"]}""", "Give either message_id")]
    [InlineData("""{"message_ids":[]}""", "1 to 100")]
    [InlineData("""{"message_ids":[1]}""", "message_ids")]
    [InlineData("""{"message_ids":[" "]}""", "not blank")]
    [InlineData("""{"message_ids":"x"}""", "array")]
    public async Task Ids_of_the_wrong_form_are_refused(string arguments, string words) =>
        Assert.Contains(words, await Agent("agent").FailAsync("await_result", arguments), StringComparison.Ordinal);

    [Fact]
    public async Task A_hundred_and_one_ids_are_refused()
    {
        var ids = Quoted([.. Enumerable.Range(0, 101).Select(number => $"task-{number}")]);

        Assert.Contains("got 101 entries", await Agent("agent").FailAsync("await_result", $$"""{"message_ids":[{{ids}}]}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_restart_my_tasks_show_the_way_back()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker", Time));
        var (held, open) = (await PostAsync(poster, 5), await PostAsync(poster, 5));
        await worker.ClaimAsync("jobs");
        await worker.DisposeAsync();
        Time.Advance(TimeSpan.FromSeconds(11));

        var mine = await Agent("restarted").CallAsync("my_tasks", "{}");

        Assert.False(mine.Has("mine"));
        var abandoned = Assert.Single(mine.GetProperty("abandoned").EnumerateArray());
        Assert.Equal((held, "jobs", "claimed", "do it"), (abandoned.Text("message_id"), abandoned.Text("channel"), abandoned.Text("status"), abandoned.Text("content")));
        Assert.Equal([open, held], mine.GetProperty("posted").EnumerateArray().Select(entry => entry.Text("message_id")));
        Assert.Contains("take one over with update_task", mine.Text("next"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task My_tasks_tell_a_question_that_waits_for_this_poster()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await PostAsync(poster, 5);
        await worker.ClaimAsync("jobs");
        await worker.CallAsync("update_task", $$"""{"message_id":"{{task}}","question":"Which unit?"}""");

        var mine = await poster.CallAsync("my_tasks", "{}");
        await poster.CallAsync("update_task", $$"""{"message_id":"{{task}}","answer":"Metres."}""");

        Assert.Equal("Which unit?", mine.GetProperty("posted")[0].GetProperty("question").Text("text"));
        Assert.Equal(task, Assert.Single(mine.GetProperty("others").EnumerateArray()).Text("message_id"));
        var lane = Assert.Single(mine.GetProperty("lanes").EnumerateArray());
        Assert.Equal(("jobs", "worker"), (lane.Text("channel"), Assert.Single(lane.GetProperty("working").EnumerateArray()).GetString()));
        Assert.Contains("others may be your own: a process that is gone counts for 10 seconds more", mine.Text("next"), StringComparison.Ordinal);
        Assert.Contains("Answer questions with update_task.", mine.Text("next"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_holds_and_posted_nothing_is_told_so() =>
        Assert.StartsWith("You hold nothing", (await Agent("agent").CallAsync("my_tasks", "{}")).Text("note"), StringComparison.Ordinal);

    /// <summary>A task that a worker holds.</summary>
    private async Task<(ToolAgent Poster, ToolAgent Worker, string Task)> ClaimedAsync()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker", Time));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");
        return (poster, worker, task);
    }

    private static async Task<IReadOnlyList<string>> PostAsync(ToolAgent poster, string channel, int count)
    {
        List<string> tasks = [];
        for (var i = 0; i < count; i++)
        {
            tasks.Add(await poster.PostAsync(channel, $"task {i}"));
        }

        return tasks;
    }

    /// <summary>Posts a task that knows its attempts.</summary>
    private static async Task<string> PostAsync(ToolAgent poster, int maxAttempts)
    {
        var channel = await ChannelAsync(poster);
        var request = BusRequest.Post(
            Routes.ChannelTasks(channel), new PostTaskRequest("do it", MaxAttempts: maxAttempts), WireJsonContext.Default.PostTaskRequest);
        return (await poster.Client.Connection.SendAsync(request, AnswerJson.Default.PostedToLane, CancellationToken.None)).Message.Id;
    }

    private static async Task<string> ChannelAsync(ToolAgent poster)
    {
        try
        {
            return (await poster.Client.GetChannelAsync("jobs", CancellationToken.None)).Id;
        }
        catch (BackchannelException)
        {
            return (await poster.Client.CreateChannelAsync(new("jobs", ChannelMode.Claimable), CancellationToken.None)).Id;
        }
    }

    /// <summary>Claims the task and reports it as failed, as a session of its own.</summary>
    private static async Task FailAsync(ToolAgent worker, string task, string reason)
    {
        var session = WorkerSession.Draw(isDetached: false);
        await worker.Client.ClaimWithLeaseAsync(task, "failing", TimeSpan.FromSeconds(60), session, CancellationToken.None);
        var request = BusRequest.Post(
            Routes.Finish(task), new FinishRequest(session.Secret, AttemptOutcomes.Failed, "failing", Reason: reason), WireJsonContext.Default.FinishRequest);
        await worker.Client.Connection.SendAsync(request, AnswerJson.Default.LifeOutcome, CancellationToken.None);
    }

    private static async Task SendAsync(ToolAgent agent, string path, LifeRequest body) =>
        Assert.True(await agent.Client.Connection.TrySendAsync(BusRequest.Post(path, body, WireJsonContext.Default.LifeRequest), CancellationToken.None));

    private static async Task AcknowledgeAllAsync(ToolAgent worker, Func<string, string> result)
    {
        while (await worker.ClaimAsync("jobs") is var task && task.GetProperty("claimed").GetBoolean())
        {
            var id = task.Text("message_id");
            await worker.CallAsync("ack_task", $$"""{"message_id":"{{id}}","result":"{{result(id)}}"}""");
        }
    }

    private static async Task MessageAsync(System.Threading.Channels.Channel<string> messages, string text)
    {
        while (!(await messages.Reader.ReadAsync().AsTask().Within(what: text)).StartsWith(text, StringComparison.Ordinal))
        {
        }
    }

    /// <summary>The note of the first result that has one.</summary>
    private static async Task<string> NewsAsync(ToolAgent worker)
    {
        var deadline = Deadline.Token();
        while (true)
        {
            deadline.ThrowIfCancellationRequested();
            if (await worker.CallAsync("list_channels", "{}") is var result && result.Has("note"))
            {
                return result.Text("note");
            }
        }
    }

    private static string Quoted(IReadOnlyList<string> ids) => string.Join(',', ids.Select(id => $"\"{id}\""));

    private static List<JsonElement> Results(JsonElement result) => [.. result.GetProperty("results").EnumerateArray()];
}
