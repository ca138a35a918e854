using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Endpoints;

public sealed class NoteEndpointsTests
{
    private const string Worker = "the-secret-of-the-worker";
    private const string Other = "the-secret-of-another-one";

    [Fact]
    public async Task Worker_and_poster_speak_with_each_other_on_the_task()
    {
        await using var bus = await TestBus.StartAsync();
        var (poster, worker, task) = await ClaimedAsync(bus);

        var question = await NoteAsync(worker, task, $$"""{"kind":"question","text":"Which unit?","session":"{{Worker}}"}""");
        var answer = await NoteAsync(poster, task, """{"kind":"answer","text":"Metres.","actor_label":"boss"}""");
        await NoteAsync(worker, task, $$"""{"kind":"comment","text":"Thanks.","session":"{{Worker}}"}""");
        await NoteAsync(poster, task, """{"kind":"comment","text":"Hurry.","actor":"chief"}""");

        Assert.Equal((201, "worker"), (question.Status, question.Json.GetProperty("note").Text("by")));
        Assert.Equal(Id(question), answer.Json.GetProperty("note").Text("question"));
        Assert.Equal(
            [("question", "Which unit?", "worker"), ("answer", "Metres.", "boss"), ("comment", "Thanks.", "worker"), ("comment", "Hurry.", "chief")],
            (await NotesAsync(poster, task)).Select(note => (note.Text("kind"), note.Text("text"), note.Text("by"))));
        Assert.Equal("answered", (await NotesAsync(worker, task))[0].Text("closed"));
    }

    [Fact]
    public async Task Only_the_newest_progress_is_kept_and_none_counts()
    {
        await using var bus = await TestBus.StartAsync();
        var (poster, worker, task) = await ClaimedAsync(bus);

        var first = await NoteAsync(worker, task, $$"""{"kind":"progress","percent":0,"session":"{{Worker}}"}""");
        var second = await NoteAsync(worker, task, $$"""{"kind":"progress","percent":50,"text":"half","session":"{{Worker}}"}""");

        var progress = (await TaskAsync(poster, task)).GetProperty("progress");
        Assert.Equal((201, 201), (first.Status, second.Status));
        Assert.Equal((50, "half", "worker"), (progress.GetProperty("percent").GetInt32(), progress.Text("text"), progress.Text("by")));
        Assert.Empty(await NotesAsync(poster, task));
    }

    [Fact]
    public async Task First_answer_stands_and_a_later_one_is_told_it()
    {
        await using var bus = await TestBus.StartAsync();
        var (poster, worker, task) = await ClaimedAsync(bus);
        var question = Id(await NoteAsync(worker, task, $$"""{"kind":"question","text":"Which unit?","session":"{{Worker}}"}"""));
        await NoteAsync(poster, task, """{"kind":"answer","text":"Metres."}""");

        var later = await NoteAsync(poster, task, $$"""{"kind":"answer","text":"Feet.","question":"{{question}}"}""");

        Assert.Equal((409, "question_closed"), (later.Status, later.Text("error")));
        Assert.Equal(("answered", "Metres.", "poster"), (later.Text("closed"), later.Text("answer"), later.Text("answered_by")));
        Assert.Equal(2, (await NotesAsync(poster, task)).Count);
    }

    [Fact]
    public async Task Second_question_waits_for_the_first_to_be_answered_or_withdrawn()
    {
        await using var bus = await TestBus.StartAsync();
        var (poster, worker, task) = await ClaimedAsync(bus);
        var first = Id(await NoteAsync(worker, task, $$"""{"kind":"question","text":"Which unit?","session":"{{Worker}}"}"""));

        var refused = await NoteAsync(worker, task, $$"""{"kind":"question","text":"Which colour?","session":"{{Worker}}"}""");
        var withdrawn = await NoteAsync(worker, task, $$"""{"kind":"withdraw","session":"{{Worker}}"}""");
        var second = await NoteAsync(worker, task, $$"""{"kind":"question","text":"Which colour?","session":"{{Worker}}"}""");
        var late = await NoteAsync(poster, task, $$"""{"kind":"answer","text":"Metres.","question":"{{first}}"}""");

        Assert.Equal((409, "question_open", first), (refused.Status, refused.Text("error"), refused.Text("question")));
        Assert.Equal((201, first, "withdrawn"), (withdrawn.Status, Id(withdrawn), withdrawn.Json.GetProperty("note").Text("closed")));
        Assert.Equal(201, second.Status);
        Assert.Equal((409, "question_closed", "withdrawn"), (late.Status, late.Text("error"), late.Text("closed")));
    }

    [Fact]
    public async Task Answer_to_a_closed_question_is_told_of_the_one_that_is_open()
    {
        await using var bus = await TestBus.StartAsync();
        var (poster, worker, task) = await ClaimedAsync(bus);
        var first = Id(await NoteAsync(worker, task, $$"""{"kind":"question","text":"Which unit?","session":"{{Worker}}"}"""));
        await NoteAsync(poster, task, """{"kind":"answer","text":"Metres."}""");
        var second = Id(await NoteAsync(worker, task, $$"""{"kind":"question","text":"Which colour?","session":"{{Worker}}"}"""));

        var refused = await NoteAsync(poster, task, $$"""{"kind":"answer","text":"Feet.","question":"{{first}}"}""");

        Assert.Equal(
            (409, "question_closed", "Metres.", second, "Which colour?"),
            (refused.Status, refused.Text("error"), refused.Text("answer"), refused.Text("open_question"), refused.Text("open_question_text")));
        Assert.Null((await NotesAsync(poster, task)).Single(note => note.Text("id") == second).TryGetProperty("closed", out var closed) ? closed.GetString() : null);
    }

    /// <remarks>A control character has six bytes in an answer.</remarks>
    [Theory]
    [InlineData("/notes", """{"kind":"comment","text":"$"}""")]
    [InlineData("/cancel", """{"reason":"$"}""")]
    public async Task Texts_are_measured_as_what_they_become_in_an_answer(string path, string body)
    {
        await using var bus = await TestBus.StartAsync();
        var (poster, _, task) = await ClaimedAsync(bus);

        var refused = await poster.SendAsync("POST", $"/v1/messages/{task}{path}", body.Replace("$", string.Concat(Enumerable.Repeat("\\u0001", 667)), StringComparison.Ordinal));
        var taken = await poster.SendAsync("POST", $"/v1/messages/{task}{path}", body.Replace("$", string.Concat(Enumerable.Repeat("\\u0001", 666)), StringComparison.Ordinal));

        Assert.Equal((422, "content_too_large", 4_002), (refused.Status, refused.Text("error"), refused.Json.GetProperty("received_bytes").GetInt32()));
        Assert.InRange(taken.Status, 200, 201);
    }

    [Theory]
    [InlineData("release")]
    [InlineData("ack")]
    public async Task End_of_the_attempt_closes_the_question(string verb)
    {
        await using var bus = await TestBus.StartAsync();
        var (poster, worker, task) = await ClaimedAsync(bus);
        await NoteAsync(worker, task, $$"""{"kind":"question","text":"Which unit?","session":"{{Worker}}"}""");

        await worker.SendAsync("POST", $"/v1/messages/{task}/{verb}", $$"""{"actor":"worker","session":"{{Worker}}"}""");

        Assert.Equal("attempt_ended", Assert.Single(await NotesAsync(poster, task)).Text("closed"));
        if (verb == "release")
        {
            var late = await NoteAsync(poster, task, """{"kind":"answer","text":"Metres."}""");
            Assert.Equal((409, "question_closed", "attempt_ended"), (late.Status, late.Text("error"), late.Text("closed")));
            Assert.False(late.Json.TryGetProperty("answer", out _));
        }
    }

    [Fact]
    public async Task Lease_that_runs_out_closes_the_question()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56)) { AutoAdvanceAmount = TimeSpan.FromMicroseconds(1) };
        await using var bus = await TestBus.StartAsync(options => options, time);
        var (poster, worker, task) = await ClaimedAsync(bus);
        await NoteAsync(worker, task, $$"""{"kind":"question","text":"Which unit?","session":"{{Worker}}"}""");
        var waiting = WaitAsync(poster, task, (await VersionAsync(poster, task)));

        time.Advance(TimeSpan.FromSeconds(301));
        await waiting.Within();

        Assert.Equal("attempt_ended", Assert.Single(await NotesAsync(poster, task)).Text("closed"));
    }

    [Theory]
    [InlineData("progress")]
    [InlineData("question")]
    public async Task Nobody_notes_as_the_holder_under_a_living_session_whatever_actor_is_named(string kind)
    {
        await using var bus = await TestBus.StartAsync();
        var (poster, worker, task) = await ClaimedAsync(bus);

        var another = await NoteAsync(worker, task, $$"""{"kind":"{{kind}}","text":"x","actor":"worker","session":"{{Other}}"}""");
        var plain = await NoteAsync(worker, task, $$"""{"kind":"{{kind}}","text":"x","actor":"worker"}""");
        var ofPoster = await NoteAsync(poster, task, $$"""{"kind":"{{kind}}","text":"x","session":"{{Other}}"}""");

        Assert.All([another, plain, ofPoster], answer => Assert.Equal((409, "already_claimed", "worker"), (answer.Status, answer.Text("error"), answer.Text("held_by"))));
        Assert.False((await TaskAsync(poster, task)).TryGetProperty("notes", out _));
    }

    [Fact]
    public async Task Process_of_the_same_key_notes_on_for_a_session_that_is_gone()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56)) { AutoAdvanceAmount = TimeSpan.FromMicroseconds(1) };
        await using var bus = await TestBus.StartAsync(options => options, time);
        var (poster, worker, task) = await ClaimedAsync(bus);
        var progress = $$"""{"kind":"progress","percent":10,"session":"{{Other}}"}""";
        var early = await NoteAsync(worker, task, progress);

        time.Advance(TimeSpan.FromSeconds(11));
        var own = await NoteAsync(worker, task, progress);
        var foreign = await NoteAsync(poster, task, progress);

        Assert.Equal((409, 201, 409), (early.Status, own.Status, foreign.Status));
    }

    [Fact]
    public async Task Task_of_a_shell_takes_notes_from_the_next_shell()
    {
        await using var bus = await TestBus.StartAsync();
        var (_, worker, task) = await ClaimedAsync(bus, ""","detached":true""");

        var noted = await NoteAsync(worker, task, $$"""{"kind":"progress","percent":10,"session":"{{Other}}"}""");

        Assert.Equal(201, noted.Status);
    }

    [Fact]
    public async Task Client_without_sessions_notes_under_the_actor_that_claimed()
    {
        await using var bus = await TestBus.StartAsync();
        var poster = await BusCaller.MintAsync(bus, "poster");
        var task = await poster.PostAsync(await poster.CreateAsync("lane"), "one");
        var worker = await BusCaller.MintAsync(bus, "worker");
        await worker.SendAsync("POST", $"/v1/messages/{task}/claim", """{"actor":"w"}""");

        var own = await NoteAsync(worker, task, """{"kind":"progress","percent":10,"actor":"w"}""");
        var other = await NoteAsync(worker, task, """{"kind":"progress","percent":20,"actor":"v"}""");

        Assert.Equal((201, 409), (own.Status, other.Status));
    }

    [Fact]
    public async Task Stranger_with_access_to_the_channel_notes_nothing()
    {
        await using var bus = await TestBus.StartAsync();
        var (_, worker, task) = await ClaimedAsync(bus);
        await NoteAsync(worker, task, $$"""{"kind":"question","text":"Which unit?","session":"{{Worker}}"}""");
        var stranger = await BusCaller.MintAsync(bus, "stranger");

        var answer = await NoteAsync(stranger, task, """{"kind":"answer","text":"Feet."}""");
        var comment = await NoteAsync(stranger, task, """{"kind":"comment","text":"Ha."}""");
        var ofWorker = await NoteAsync(worker, task, """{"kind":"answer","text":"Feet."}""");

        Assert.All([answer, comment, ofWorker], refused => Assert.Equal((403, "forbidden"), (refused.Status, refused.Text("error"))));
    }

    [Fact]
    public async Task Creator_of_the_channel_answers_too()
    {
        await using var bus = await TestBus.StartAsync();
        var creator = await BusCaller.MintAsync(bus, "creator");
        var channel = await creator.CreateAsync("lane");
        var poster = await BusCaller.MintAsync(bus, "poster");
        var task = await poster.PostAsync(channel, "one");
        await creator.SendAsync("POST", $"/v1/messages/{task}/claim-with-lease", $$"""{"actor":"w","session":"{{Worker}}"}""");
        await NoteAsync(creator, task, $$"""{"kind":"question","text":"Which unit?","session":"{{Worker}}"}""");

        var answer = await NoteAsync(creator, task, """{"kind":"answer","text":"Metres."}""");

        Assert.Equal(201, answer.Status);
    }

    [Fact]
    public async Task Two_hundred_notes_are_the_most_and_progress_goes_on()
    {
        await using var bus = await TestBus.StartAsync();
        var (poster, worker, task) = await ClaimedAsync(bus);
        for (var i = 0; i < 200; i++)
        {
            Assert.Equal(201, (await NoteAsync(poster, task, """{"kind":"comment","text":"x"}""")).Status);
        }

        var another = await NoteAsync(poster, task, """{"kind":"comment","text":"x"}""");
        var progress = await NoteAsync(worker, task, $$"""{"kind":"progress","percent":99,"session":"{{Worker}}"}""");

        Assert.Equal((409, "too_many_notes"), (another.Status, another.Text("error")));
        Assert.Equal(201, progress.Status);
    }

    [Fact]
    public async Task Question_is_taken_only_with_room_for_its_answer()
    {
        await using var bus = await TestBus.StartAsync(static options => options with { RateLimit = 0 });
        var (poster, worker, task) = await ClaimedAsync(bus);
        for (var i = 0; i < 198; i++)
        {
            await NoteAsync(poster, task, """{"kind":"comment","text":"x"}""");
        }

        var question = await NoteAsync(worker, task, $$"""{"kind":"question","text":"Which unit?","session":"{{Worker}}"}""");
        var comment = await NoteAsync(poster, task, """{"kind":"comment","text":"x"}""");
        var answer = await NoteAsync(poster, task, """{"kind":"answer","text":"Metres."}""");
        var other = await poster.PostAsync(await poster.CreateAsync("lane"), "two");
        await worker.SendAsync("POST", $"/v1/messages/{other}/claim-with-lease", $$"""{"actor":"worker","session":"{{Worker}}"}""");
        for (var i = 0; i < 199; i++)
        {
            await NoteAsync(poster, other, """{"kind":"comment","text":"x"}""");
        }

        var late = await NoteAsync(worker, other, $$"""{"kind":"question","text":"Which unit?","session":"{{Worker}}"}""");

        Assert.Equal((201, 409, 201), (question.Status, comment.Status, answer.Status));
        Assert.Equal((409, "too_many_notes"), (late.Status, late.Text("error")));
    }

    [Fact]
    public async Task Finished_task_takes_no_note_and_says_what_stands()
    {
        await using var bus = await TestBus.StartAsync();
        var (poster, worker, task) = await ClaimedAsync(bus);
        await worker.SendAsync("POST", $"/v1/messages/{task}/ack", $$"""{"actor":"worker","session":"{{Worker}}"}""");

        var progress = await NoteAsync(worker, task, $$"""{"kind":"progress","percent":99,"session":"{{Worker}}"}""");
        var comment = await NoteAsync(poster, task, """{"kind":"comment","text":"x"}""");

        Assert.All([progress, comment], refused => Assert.Equal(
            (409, "already_acknowledged", "worker"), (refused.Status, refused.Text("error"), refused.Text("acknowledged_by"))));
    }

    [Theory]
    [InlineData("failed", "task_failed")]
    [InlineData("cancelled", "task_cancelled")]
    public async Task Task_that_ended_otherwise_takes_no_note_of_either_side_and_keeps_those_it_has(string end, string error)
    {
        await using var bus = await TestBus.StartAsync();
        var (poster, worker, task) = await ClaimedAsync(bus);
        await NoteAsync(poster, task, """{"kind":"comment","text":"before"}""");
        await NoteAsync(worker, task, $$"""{"kind":"question","text":"Which unit?","session":"{{Worker}}"}""");
        var ended = end == "failed"
            ? await worker.SendAsync("POST", $"/v1/messages/{task}/finish", $$"""{"actor":"worker","session":"{{Worker}}","outcome":"failed","retry":false}""")
            : await poster.SendAsync("POST", $"/v1/messages/{task}/cancel", "{}");
        var version = await VersionAsync(poster, task);

        var refused = new List<BusAnswer>();
        foreach (var (caller, note) in ((BusCaller, string)[])
            [(worker, "progress\",\"percent\":99"), (worker, "question\",\"text\":\"x\""), (worker, "comment\",\"text\":\"x\""), (poster, "comment\",\"text\":\"x\""), (poster, "answer\",\"text\":\"x\"")])
        {
            refused.Add(await NoteAsync(caller, task, $$"""{"session":"{{Worker}}","kind":"{{note}}}"""));
        }

        Assert.Equal((200, end), (ended.Status, ended.Text("status")));
        Assert.All(refused, answer => Assert.Equal((409, error), (answer.Status, answer.Text("error"))));
        Assert.Equal(version, await VersionAsync(poster, task));
        var notes = (await poster.SendAsync("GET", $"/v1/messages/{task}")).Json.GetProperty("task").GetProperty("notes");
        Assert.Equal(["before", "Which unit?"], notes.EnumerateArray().Select(static note => note.Text("text")));
    }

    [Fact]
    public async Task Cancelled_task_tells_its_holder_so_at_the_next_note()
    {
        await using var bus = await TestBus.StartAsync();
        var (poster, worker, task) = await ClaimedAsync(bus);
        await poster.SendAsync("POST", $"/v1/messages/{task}/cancel", """{"reason":"No longer needed."}""");

        var progress = await NoteAsync(worker, task, $$"""{"kind":"progress","percent":99,"session":"{{Worker}}"}""");

        Assert.Equal((409, "task_cancelled", "No longer needed."), (progress.Status, progress.Text("error"), progress.Text("reason")));
    }

    [Fact]
    public async Task Open_task_takes_comments_of_its_poster_only()
    {
        await using var bus = await TestBus.StartAsync();
        var poster = await BusCaller.MintAsync(bus, "poster");
        var task = await poster.PostAsync(await poster.CreateAsync("lane"), "one");

        var comment = await NoteAsync(poster, task, """{"kind":"comment","text":"More: use metres."}""");
        var progress = await NoteAsync(poster, task, $$"""{"kind":"progress","percent":1,"session":"{{Other}}"}""");

        Assert.Equal(201, comment.Status);
        Assert.Equal((409, "not_claimed"), (progress.Status, progress.Text("error")));
    }

    [Theory]
    [InlineData("""{"text":"x"}""", "missing_field")]
    [InlineData("""{"kind":"shout","text":"x"}""", "invalid_field")]
    [InlineData("""{"kind":"comment"}""", "missing_field")]
    [InlineData("""{"kind":"comment","text":" "}""", "invalid_string")]
    [InlineData("""{"kind":"progress"}""", "missing_field")]
    [InlineData("""{"kind":"progress","percent":101}""", "invalid_field")]
    [InlineData("""{"kind":"progress","percent":-1}""", "invalid_field")]
    [InlineData("""{"kind":"progress","percent":1.5}""", "invalid_field")]
    [InlineData("""{"kind":"comment","text":"x","percent":1}""", "invalid_field")]
    [InlineData("""{"kind":"question","text":"x","question":"y"}""", "invalid_field")]
    [InlineData("""{"kind":"answer","text":"x"}""", "invalid_field")]
    [InlineData("""{"kind":"answer","text":"x","question":"9f3b4c1e-0000-4000-8000-000000000000"}""", "invalid_field")]
    [InlineData("""{"kind":"withdraw","text":"x"}""", "invalid_field")]
    [InlineData("""{"kind":"comment","text":"x","session":"short"}""", "invalid_field")]
    public async Task Note_of_the_wrong_form_is_refused(string body, string error)
    {
        await using var bus = await TestBus.StartAsync();
        var poster = await BusCaller.MintAsync(bus, "poster");
        var task = await poster.PostAsync(await poster.CreateAsync("lane"), "one");

        var refused = await NoteAsync(poster, task, body);

        Assert.Equal((422, error), (refused.Status, refused.Text("error")));
        Assert.Equal(0, await VersionAsync(poster, task));
    }

    [Fact]
    public async Task Note_of_more_than_4000_bytes_is_refused_with_both_numbers()
    {
        await using var bus = await TestBus.StartAsync();
        var poster = await BusCaller.MintAsync(bus, "poster");
        var task = await poster.PostAsync(await poster.CreateAsync("lane"), "one");

        var longest = await NoteAsync(poster, task, $$"""{"kind":"comment","text":"{{new string('ä', 2000)}}"}""");
        var longer = await NoteAsync(poster, task, $$"""{"kind":"comment","text":"{{new string('ä', 2000)}}x"}""");

        Assert.Equal(201, longest.Status);
        Assert.Equal((422, "content_too_large"), (longer.Status, longer.Text("error")));
        Assert.Equal((4000, 4001), (longer.Json.GetProperty("max_content_bytes").GetInt32(), longer.Json.GetProperty("received_bytes").GetInt32()));
    }

    [Fact]
    public async Task Message_of_a_broadcast_channel_takes_no_notes()
    {
        await using var bus = await TestBus.StartAsync();
        var poster = await BusCaller.MintAsync(bus, "poster");
        var message = await poster.PostAsync(await poster.CreateAsync("news", "broadcast"), "one");

        var refused = await NoteAsync(poster, message, """{"kind":"comment","text":"x"}""");

        Assert.Equal((409, "channel_not_claimable"), (refused.Status, refused.Text("error")));
    }

    [Fact]
    public async Task Equal_notes_are_two_and_one_with_the_same_key_is_one()
    {
        await using var bus = await TestBus.StartAsync();
        var poster = await BusCaller.MintAsync(bus, "poster");
        var task = await poster.PostAsync(await poster.CreateAsync("lane"), "one");
        const string Comment = """{"kind":"comment","text":"x"}""";

        await NoteAsync(poster, task, Comment);
        await NoteAsync(poster, task, Comment);
        await poster.SendAsync("POST", $"/v1/messages/{task}/notes", Comment, "k");
        var replay = await poster.SendAsync("POST", $"/v1/messages/{task}/notes", Comment, "k");

        Assert.Equal("true", replay.Header("X-Idempotent-Replay"));
        Assert.Equal(3, (await NotesAsync(poster, task)).Count);
    }

    [Fact]
    public async Task Note_answers_whoever_waits_for_the_task()
    {
        await using var bus = await TestBus.StartAsync();
        var (poster, worker, task) = await ClaimedAsync(bus);
        var version = await VersionAsync(poster, task);
        var single = poster.SendAsync("GET", $"/v1/messages/{task}?after={version}&wait=25");
        var many = WaitAsync(poster, task, version);

        await NoteAsync(worker, task, $$"""{"kind":"progress","percent":10,"session":"{{Worker}}"}""");

        Assert.Equal(10, (await single.Within()).Json.GetProperty("task").GetProperty("progress").GetProperty("percent").GetInt32());
        Assert.Equal(1, (await many.Within()).Json.GetProperty("tasks").GetArrayLength());
    }

    /// <summary>A task that a worker holds for a session.</summary>
    private static async Task<(BusCaller Poster, BusCaller Worker, string Task)> ClaimedAsync(TestBus bus, string members = "")
    {
        var poster = await BusCaller.MintAsync(bus, "poster");
        var task = await poster.PostAsync(await poster.CreateAsync("lane"), "one");
        var worker = await BusCaller.MintAsync(bus, "worker-key");
        await worker.SendAsync("POST", $"/v1/messages/{task}/claim-with-lease", $$"""{"actor":"worker","session":"{{Worker}}"{{members}}}""");
        return (poster, worker, task);
    }

    private static Task<BusAnswer> NoteAsync(BusCaller caller, string task, string body) => caller.SendAsync("POST", $"/v1/messages/{task}/notes", body);

    private static Task<BusAnswer> WaitAsync(BusCaller caller, string task, long version) =>
        caller.SendAsync("POST", "/v1/tasks/wait", $$"""{"tasks":[{"id":"{{task}}","version":{{version}}}],"wait":25}""");

    private static string Id(BusAnswer noted) => noted.Json.GetProperty("note").Text("id");

    private static async Task<JsonElement> TaskAsync(BusCaller caller, string task) =>
        (await caller.SendAsync("GET", $"/v1/messages/{task}")).Json.GetProperty("task");

    private static async Task<long> VersionAsync(BusCaller caller, string task) =>
        (await caller.SendAsync("GET", $"/v1/messages/{task}")).Json.GetProperty("version").GetInt64();

    private static async Task<IReadOnlyList<JsonElement>> NotesAsync(BusCaller caller, string task) =>
        (await TaskAsync(caller, task)).TryGetProperty("notes", out var notes) ? [.. notes.EnumerateArray()] : [];
}
