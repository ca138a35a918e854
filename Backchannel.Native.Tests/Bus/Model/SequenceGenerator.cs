namespace Backchannel.Native.Tests.Bus.Model;

/// <summary>Random sequences; a seed gives the same one every time.</summary>
/// <remarks>
/// It knows nothing of what the bus will answer: an operation refers to the answers of earlier ones, whether they succeed or not.
/// Mostly it does what makes sense with what should be there; now and then it does not.
/// </remarks>
/// <param name="subject">What most of it is about.</param>
internal sealed class SequenceGenerator(int seed, Subject subject)
{
    private static readonly string[] Labels = ["ann", "bob", "cyd", "café"];
    private static readonly string[] Names = ["jobs", "lane", "a/b", "naïve", "ann"];
    private static readonly string[] Actors = ["ann", "bob", "worker", "jobs"];
    private static readonly string[] Scopes = ["messages:read", "messages:write", "messages:claim", "messages:ack", "channels:read", "channels:write"];
    private static readonly string[] Processes = ["secret-of-process-1", "secret-of-process-1", "secret-of-process-2"];
    private static readonly string[] Texts = ["one", "two words", "drei äöü 🐟", " padded "];

    // No sum of a few of them is a lease, a life or a window: nothing runs out in the very moment in which it is looked at.
    private static readonly int[] Seconds = [7, 7, 31, 31, 31, 31, 67, 67, 67, 311, 311, 3607, 43_207, 90_007];

#pragma warning disable CA5394 // A sequence has to be the same again, not a secret.
    private readonly Random random = new(seed);
    private readonly List<Operation> operations = [];
    private readonly List<string> keys = [];
    private readonly List<string> keyIds = [];
    private readonly List<string> channels = [];
    private readonly List<string> restricted = [];
    private readonly List<string> messages = [];
    private readonly List<string> tasksWithResult = [];
    private readonly List<string> actors = [];
    private readonly List<string> tokens = [];
    private readonly List<string> questions = [];
    private readonly List<string> cursors = [];
    private readonly List<string> eventCursors = [];
    private readonly List<string> invitations = [];
    private readonly List<(string Channel, string Id)> accessRequests = [];
    private readonly List<string> sessions = [];
    private bool isFarAhead;

    public static Sequence Generate(int seed, int length, Subject subject = Subject.Everything) => new SequenceGenerator(seed, subject).Generate(length);

    private bool SetsClock => subject == Subject.ClockThatIsSet;

    private Sequence Generate(int length)
    {
        (int Weight, Action Add)[] verbs =
        [
            (1, MintKey), (1, KeyVerb), (2, CreateChannel), (4, ReadChannel), (5, PatchChannel), (1, DeleteChannel), (2, AddChannelAlias),
            (14, PostMessage), (10, ListMessages), (5, ReadMessage), (3, Retract), (4, ReadHistory), (9, Claim), (12, ClaimWithLease),
            (9, Heartbeat), (12, Release), (9, Acknowledge), (5, TakeOver), (1, EndTwice), (3, PostTask), (5, ClaimTask), (4, OtherTaskVerb), (4, Result), (3, ActorVerb),
            (4, Member), (3, ReadEvents), (3, Invitation), (3, AccessRequest), (3, Session), (9, PassTime), (6, Sweep), (8, Repeat),
        ];
        (int Weight, Action Add)[] lives =
        [
            (12, PostToLane), (9, Finish), (5, Cancel), (4, Reopen), (1, SetTasks), (5, Note), (3, AskAndAnswer), (6, ClaimNext), (2, WaitForTasks), (2, ListOwnTasks), (8, WorkOn), (4, WorkUntilItFails), (4, PostChain), (1, Restart),
        ];
        verbs = subject == Subject.LifeOfTasks
            ? [.. lives, (1, CreateChannel), (1, PatchChannel), (1, DeleteChannel), (2, PostMessage), (4, ListMessages), (3, ReadMessage), (2, Retract), (2, Claim),
                (4, ClaimWithLease), (3, Heartbeat), (3, Release), (3, Acknowledge), (3, TakeOver), (5, ClaimTask), (1, OtherTaskVerb), (10, PassTime), (8, Sweep), (2, Repeat)]
            : [.. verbs, .. lives.Select(life => ((life.Weight + 2) / 3, life.Add))];
        for (var i = 0; i < 3; i++)
        {
            Mint(Labels[i]);
        }

        CreateChannel();
        PostMessage();
        while (operations.Count < length)
        {
            var left = random.Next(verbs.Sum(verb => verb.Weight));
            verbs.First(verb => (left -= verb.Weight) < 0).Add();
        }

        return new Sequence(seed % 4 == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(1), operations);
    }

    private void MintKey() => Mint(Pick(Labels));

    private void Mint(string label)
    {
        var number = Add("", "POST", "/v1/keys", $$"""{"agent_label":"{{label}}"}""");
        keys.Add($"{{{number}.key}}");
        keyIds.Add($"{{{number}.key_id}}");
    }

    private void KeyVerb()
    {
        switch (random.Next(6))
        {
            case 0:
                Send("DELETE", "/v1/keys/me");
                break;
            case 1 or 2:
                // A key that may do too little spoils what follows; most get nearly everything.
                var scopes = Scopes.Where(_ => !Chance(4)).Concat(Chance(3) ? ["messages:read"] : []).Select(scope => $"\"{scope}\"");
                Send("PUT", "/v1/keys/me/scopes", $$"""{"scopes":[{{string.Join(',', scopes.Reverse())}}]}""");
                break;
            case 3:
                Send("GET", "/v1/security/audit");
                break;
            default:
                Send("GET", "/v1/keys/me");
                break;
        }
    }

    private void CreateChannel()
    {
        var body = new List<string> { Text("name", Pick(Names)), Text("mode", Chance(30) ? "queue" : Chance(8) ? "broadcast" : "claimable") };
        var isRestricted = Chance(4);
        if (isRestricted)
        {
            body.Add(Text("access", "restricted"));
        }

        Maybe(6, $"\"discoverable\":{Boolean()}");
        Maybe(6, Text("description", Pick(Texts)));
        Maybe(10, "\"metadata_schema\":{\"required\":[\"kind\"]}");
        Maybe(6, $"\"ttl_seconds\":{Pick([300, 300, 600, 90_000, 299])}");
        Maybe(6, $"\"retention_days\":{Pick([1, 2, 7])}");
        Maybe(6, $"\"max_messages\":{Pick([1, 2, 3, 0])}");
        if (!SetsClock)
        {
            Maybe(8, $"\"max_writes_per_minute\":{Pick([1, 2, 3])}");
        }

        Maybe(8, $"\"related_channels\":[\"{(channels.Count > 0 ? Pick(channels) : "x")}\"]");
        var channel = $"{{{Write("POST", "/v1/channels", body)}.id}}";
        channels.Add(channel);
        if (isRestricted)
        {
            restricted.Add(channel);
        }

        void Maybe(int times, string member)
        {
            if (Chance(times))
            {
                body.Add(member);
            }
        }
    }

    private void ReadChannel()
    {
        if (Chance(3))
        {
            var number = Send("GET", $"/v1/channels?limit={Pick([1, 2, 50, 0])}{(Chance(2) && cursors.Count > 0 ? $"&cursor={Pick(cursors)}" : "")}");
            cursors.Add($"{{{number}.next_cursor}}");
        }
        else
        {
            Send("GET", $"/v1/channels/{Channel()}{(Chance(3) ? "/metrics" : "")}");
        }
    }

    private void PatchChannel()
    {
        string[] members =
        [
            $"\"paused\":{Boolean()}", $"\"paused\":false", $"\"max_messages\":{Pick([1, 2, 3])}", "\"max_messages\":null",
            $"\"max_writes_per_minute\":{Pick([1, 2])}", "\"max_writes_per_minute\":null", "\"ttl_seconds\":300", Text("access", Pick(["open", "restricted"])),
            Text("mode", Pick(["broadcast", "claimable"])), $"\"discoverable\":{Boolean()}", Text("name", Pick(Names)), "\"description\":null",
            "\"metadata_schema\":null", $"\"related_channels\":[\"{Pick(channels)}\"]", "\"related_channels\":null", $"\"retention_days\":{Pick([1, 3])}",
            Text("pinned_message", Pick(Texts)),
        ];
        var (path, member) = ($"/v1/channels/{Channel()}", Pick(members));
        if (!SetsClock || !member.Contains("writes", StringComparison.Ordinal))
        {
            Write("PATCH", path, [member]);
        }
    }

    private void DeleteChannel() => Write("DELETE", $"/v1/channels/{Channel()}");

    private void AddChannelAlias() => Write("POST", $"/v1/channels/{Channel()}/aliases", [Text("alias", Pick([.. Names, "x", "y"]))]);

    private void PostMessage() => messages.Add($"{{{Write("POST", $"/v1/channels/{Channel()}/messages", Content(withActor: true))}.message.id}}");

    private List<string> Content(bool withActor)
    {
        var body = new List<string>();
        if (!Chance(25))
        {
            body.Add(Text("content", Chance(30) ? new string('x', 10_001) : Pick(Texts)));
        }

        if (Chance(3))
        {
            body.Add(Chance(12) ? "\"metadata\":[]" : $"\"metadata\":{{\"kind\":\"x\",\"n\":[{random.Next(3)}]}}");
        }

        if (Chance(5))
        {
            body.Add(Text("actor_label", Pick(Texts)));
        }

        if (withActor && Chance(8))
        {
            body.Add(Text("actor", actors.Count > 0 && !Chance(6) ? Pick(actors) : Pick(Actors)));
        }

        if (withActor && Chance(4))
        {
            body.Add($"\"mentions\":[\"{Actor()}\",null,\"{Actor()}\",\"{Actor()}\"]");
        }

        return body;
    }

    private void ListMessages()
    {
        var query = Pick(["", "?status=unclaimed", "?status=claimed", "?limit=1", "?limit=2", "?limit=100&status=unclaimed", "?limit=0", "?status=free"]);
        if (cursors.Count > 0 && Chance(2))
        {
            query = $"{(query.Length > 0 ? query + "&" : "?")}{Pick(["cursor", "cursor", "since", "expiring_before"])}={Pick(cursors)}";
        }

        cursors.Add($"{{{Send("GET", $"/v1/channels/{Channel()}/messages{query}")}.next_cursor}}");
    }

    private void ReadMessage() => Send("GET", $"/v1/messages/{Message()}");

    private void Retract() => Write("DELETE", $"/v1/messages/{Message()}");

    private void ReadHistory()
    {
        var cursor = cursors.Count > 0 && Chance(3) ? $"&cursor={Pick(cursors)}" : "";
        cursors.Add($"{{{Send("GET", $"/v1/channels/{Channel()}/history?limit={Pick([1, 2, 50])}{cursor}")}.next_cursor}}");
    }

    private void Claim() => Write("POST", $"/v1/messages/{Message()}/claim", Acting());

    private void ClaimWithLease()
    {
        var body = Acting();
        if (Chance(2))
        {
            body.Add($"\"lease_seconds\":{Pick([30, 60, 60, 29])}");
        }

        tokens.Add($"{{{Write("POST", $"/v1/messages/{Message()}/claim-with-lease", body)}.lease_token}}");
    }

    private void Heartbeat()
    {
        if (tokens.Count > 0)
        {
            var body = new List<string>();
            if (Chance(2))
            {
                body.Add($"\"lease_seconds\":{Pick([30, 90, 3601])}");
            }

            AddSession(body);
            Write("POST", $"/v1/leases/{PickLate(tokens)}/heartbeat", body);
        }
    }

    private void TakeOver()
    {
        var body = Acting();
        if (!Chance(8) && !body.Exists(member => member.StartsWith("\"session\"", StringComparison.Ordinal)))
        {
            body.Add(Text("session", Pick(Processes)));
        }

        tokens.Add($"{{{Write("POST", $"/v1/messages/{Message()}/take-over", body)}.lease_token}}");
    }

    /// <summary>A claim, what another process makes of it, an end, and a second one.</summary>
    private void EndTwice()
    {
        var (key, message) = (Key(), Message());
        var token = $"{{{Say("claim-with-lease", Text("actor", "worker"), Text("session", Processes[0]))}.lease_token}}";
        tokens.Add(token);
        if (Chance(3))
        {
            PassTime();
        }

        Add(key, "POST", $"/v1/leases/{token}/heartbeat", $"{{{Text("session", Pick(Processes))}}}", $"fresh-{operations.Count}");
        Say("ack", Text("actor", Pick(["worker", "bob"])), Text("session", Pick(Processes)));
        if (Chance(2))
        {
            Say(Pick(["ack", "ack", "release"]), Text("actor", "worker"), Text("session", Pick(Processes)), "\"metadata\":{\"note\":2}");
            Write("POST", "/v1/tasks/claim-and-ack", [Text("message_id", message), Text("session", Pick(Processes))]);
        }

        Say("claim", Text("actor", "worker"));

        int Say(string verb, params string[] members) =>
            Add(key, "POST", $"/v1/messages/{message}/{verb}", $"{{{string.Join(',', members)}}}", $"fresh-{operations.Count}");
    }

    private void AddSession(List<string> body)
    {
        if (!Chance(3))
        {
            return;
        }

        body.Add(Text("session", Chance(10) ? "guessable" : Pick(Processes)));
        if (Chance(6))
        {
            body.Add("\"detached\":true");
        }
    }

    private void PostToLane() => PostToLane(Channel(), Chance(3) ? [Pick(messages)] : []);

    private string PostToLane(string channel, IReadOnlyList<string> prerequisites)
    {
        var body = Content(withActor: true);
        Maybe(2, $"\"priority\":{(Chance(20) ? "10" : random.Next(1, 10))}");
        Maybe(4, $"\"delay_seconds\":{Pick([0, 9, 31, 31, 67, 3607, -1])}");
        Maybe(2, $"\"max_attempts\":{Pick([1, 2, 2, 3, 5, 0])}");
        if (prerequisites.Count > 0 || Chance(10))
        {
            body.Add($"\"depends_on\":[{string.Join(',', prerequisites.Select(id => $"\"{id}\""))}]");
        }

        messages.Add($"{{{Write("POST", $"/v1/channels/{channel}/tasks", body)}.message.id}}");
        return messages[^1];

        void Maybe(int times, string member)
        {
            if (Chance(times))
            {
                body.Add(member);
            }
        }
    }

    /// <summary>A task, what waits for it, what waits for both, and often how the first ends.</summary>
    private void PostChain()
    {
        var channel = Channel();
        var first = PostToLane(channel, []);
        var second = PostToLane(Chance(4) ? Channel() : channel, [first]);
        if (Chance(2))
        {
            PostToLane(channel, [second, first, Message()]);
        }

        switch (random.Next(6))
        {
            case 0:
                ReopenWhatWaited(channel, first);
                break;
            case 1:
                Write("POST", $"/v1/messages/{first}/cancel", [Text("reason", Pick(Texts))]);
                break;
            case 2:
                Write("DELETE", $"/v1/messages/{first}");
                break;
            case 3:
                Write("POST", $"/v1/messages/{first}/ack", [Text("actor", "worker"), .. ResultOf()]);
                break;
            default:
                WorkOn(first);
                break;
        }
    }

    /// <summary>A task that failed because another one was cancelled, while it still waited for a third: opened again, it fails and is tried again.</summary>
    private void ReopenWhatWaited(string channel, string other)
    {
        var key = keys[random.Next(2)];
        var first = Post("{\"content\":\"first\"}");
        var task = Post($"{{\"content\":\"both\",\"depends_on\":[\"{first}\",\"{other}\"]}}");
        Say(first, "cancel", "{}");
        Say(task, "reopen", "{}");
        Say(task, "claim", $"{{{Text("session", Processes[0])}}}");
        Say(task, "finish", $"{{{Text("session", Processes[0])},\"outcome\":\"failed\"}}");
        if (Chance(2))
        {
            Say(other, Pick(["cancel", "ack"]), "{}");
        }

        Pass(31);
        Add("", Operation.Sweep, Operation.Leases);

        string Post(string body)
        {
            messages.Add($"{{{Add(key, "POST", $"/v1/channels/{channel}/tasks", body, $"fresh-{operations.Count}")}.message.id}}");
            return messages[^1];
        }

        void Say(string message, string verb, string body) => Add(key, "POST", $"/v1/messages/{message}/{verb}", body, $"fresh-{operations.Count}");
    }

    private void Pass(int seconds) => Add("", Operation.Advance, seconds.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private void Finish() => Finish(Message(), Acting());

    private void Finish(string message, List<string> body)
    {
        if (!Chance(10) && !body.Exists(member => member.StartsWith("\"session\"", StringComparison.Ordinal)))
        {
            body.Add(Text("session", Pick(Processes)));
        }

        var outcome = Pick(["acknowledged", "acknowledged", "failed", "failed", "failed", "released", "session_ended", "session_ended", "done"]);
        body.Add(Text("outcome", outcome));

        // A result with another outcome is refused, so most of those come without.
        var mayHaveResult = outcome == "acknowledged" || Chance(8);
        body.AddRange(ResultOf().Where(member => mayHaveResult || !member.StartsWith("\"result\"", StringComparison.Ordinal)));
        if (Chance(2))
        {
            body.Add(Text("reason", Pick(Texts)));
        }

        if (Chance(5))
        {
            body.Add($"\"retry\":{Boolean()}");
        }

        if (Chance(4))
        {
            body.Add($"\"retry_after_seconds\":{Pick([0, 7, 31, 311, -1])}");
        }

        Write("POST", $"/v1/messages/{message}/finish", body);
    }

    private IEnumerable<string> ResultOf() =>
    [
        .. Chance(3) ? [Text("result", Pick(["done", "done", "other"]))] : Array.Empty<string>(),
        .. Chance(6) && tokens.Count > 0 ? [Text("lease_token", PickLate(tokens))] : Array.Empty<string>(),
    ];

    private void Cancel() =>
        Write("POST", $"/v1/messages/{Message()}/cancel", [.. Chance(2) ? [Text("reason", Pick(Texts))] : Array.Empty<string>(), .. Acting()]);

    private void Reopen() => Write("POST", $"/v1/messages/{Message()}/reopen", Acting());

    private void SetTasks() =>
        Write("PUT", $"/v1/channels/{Channel()}/task-settings", Chance(8) ? [] : [$"\"max_attempts\":{Pick(["1", "2", "3", "null", "0"])}"]);

    private void WorkOn() => WorkOn(Message());

    private void Note() => Note(Message(), Pick(["question", "question", "answer", "answer", "comment", "progress", "progress", "withdraw", "shout"]));

    private void Note(string message, string kind)
    {
        var body = new List<string> { Text("kind", kind) };
        if (kind == "progress" ? Chance(2) : kind != "withdraw" || Chance(10))
        {
            body.Add(Text("text", Chance(20) ? new string('x', 4_001) : Pick(Texts)));
        }

        if (kind == "progress" ? !Chance(4) : Chance(20))
        {
            body.Add($"\"percent\":{Pick([0, 50, 100, 101])}");
        }

        if (questions.Count > 0 && (kind is "answer" or "withdraw" ? Chance(3) : Chance(30)))
        {
            body.Add(Text("question", PickLate(questions)));
        }

        if (Chance(4))
        {
            body.Add(Text("actor_label", Pick(Texts)));
        }

        questions.Add($"{{{Write("POST", $"/v1/messages/{message}/notes", [.. body, .. Acting()])}.note.id}}");
    }

    /// <summary>A claim, a question, and how that ends: with an answer, or with the attempt.</summary>
    private void AskAndAnswer()
    {
        var (key, message, session) = (Key(), Message(), Processes[0]);
        Say(key, "claim-with-lease", Text("actor", "worker"), Text("session", session), "\"lease_seconds\":30");
        var question = Say(key, "notes", Text("session", session), Text("kind", "question"), Text("text", Pick(Texts)));
        questions.Add($"{{{question}.note.id}}");
        if (Chance(3))
        {
            Say(key, "notes", [Text("session", session), Text("kind", Pick(["question", "withdraw"])), .. Chance(2) ? [Text("text", "more")] : Array.Empty<string>()]);
        }

        if (Chance(2))
        {
            Finish(message, [Text("actor", "worker"), Text("session", session)]);
        }

        for (var i = random.Next(3); i > 0; i--)
        {
            Say(keys[random.Next(2)], "notes", Text("kind", "answer"), Text("text", Pick(Texts)));
        }

        int Say(string sender, string verb, params string[] members) =>
            Add(sender, "POST", $"/v1/messages/{message}/{verb}", $"{{{string.Join(',', members)}}}", $"fresh-{operations.Count}");
    }

    private void ClaimNext()
    {
        var body = Acting();
        if (!Chance(12) && !body.Exists(member => member.StartsWith("\"session\"", StringComparison.Ordinal)))
        {
            body.Add(Text("session", Pick(Processes)));
        }

        var lanes = Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"\"{Channel(escaped: false)}\"");
        body.Add(Chance(15) ? "\"channels\":[]" : $"\"channels\":[{string.Join(',', lanes)}]");
        if (Chance(3))
        {
            body.Add("\"lease_seconds\":30");
        }

        // A source of its own: the other choices of a sequence stay what they were, and reach the answers that they are known to reach.
        var posters = new Random(operations.Count);
        if (posters.Next(5) == 0)
        {
            body.Add(posters.Next(10) == 0 ? "\"posted_by\":[]" : $"\"posted_by\":[\"{keyIds[posters.Next(keyIds.Count)]}\"]");
        }

        var claim = Write("POST", "/v1/tasks/claim-next", body);
        tokens.Add($"{{{claim}.lease.lease_token}}");
        var acks = new Random(-operations.Count);
        for (var done = acks.Next(2) > 0 ? $"{{{claim}.message.id}}" : null; done is not null;)
        {
            // Sometimes what somebody else holds, and sometimes no ack at all.
            var acked = acks.Next(6) == 0 && messages.Count > 0 ? messages[acks.Next(messages.Count)] : done;
            List<string> ack = acks.Next(12) == 0 ? [] : [Text("message_id", acked)];
            ack.AddRange(acks.Next(3) == 0 ? [Text("result", "it went well")] : []);
            ack.AddRange(acks.Next(6) == 0 ? [Text("lease_token", tokens[acks.Next(tokens.Count)])] : []);
            ack.AddRange(acks.Next(8) == 0 ? ["\"metadata\":{\"kind\":\"x\"}"] : []);
            var next = Add(
                operations[claim].Key,
                "POST",
                "/v1/tasks/claim-next",
                $"{{{string.Join(',', body)},\"ack\":{{{string.Join(',', ack)}}}}}",
                acks.Next(3) == 0 ? operations[claim].IdempotencyKey : $"fresh-{operations.Count}");
            tokens.Add($"{{{next}.lease.lease_token}}");
            done = acks.Next(2) > 0 ? $"{{{next}.message.id}}" : null;
        }
    }

    private void WaitForTasks()
    {
        var tasks = Enumerable.Range(0, random.Next(1, 5)).Select(_ =>
            $"{{\"id\":\"{Message()}\"{(Chance(3) ? "" : $",\"version\":{random.Next(4)}")}}}");
        Write("POST", "/v1/tasks/wait", [$"\"tasks\":[{string.Join(',', tasks)}]"]);
    }

    private void ListOwnTasks()
    {
        // A read does not see that the clock was set until a write has moved the leases.
        if (!SetsClock)
        {
            Write("POST", "/v1/tasks/mine", Chance(3) ? [] : [Text("session", Pick(Processes))]);
        }
    }

    /// <summary>A claim, and how that attempt ends.</summary>
    private void WorkOn(string message)
    {
        var (session, lease) = (Text("session", Pick(Processes)), Text("actor", Pick(["worker", "bob"])));
        var token = $"{{{Write("POST", $"/v1/messages/{message}/claim-with-lease", [lease, session, "\"lease_seconds\":30"])}.lease_token}}";
        tokens.Add(token);
        switch (random.Next(8))
        {
            case 0:
                PassTime();
                Add("", Operation.Sweep, Operation.Leases);
                break;
            case 1:
                Write("POST", $"/v1/messages/{message}/cancel");
                Heartbeat();
                Write("POST", $"/v1/messages/{message}/{Pick(["ack", "ack", "release", "claim"])}", [lease, .. Chance(2) ? [Text("lease_token", token), Text("result", "late")] : ResultOf()]);
                break;
            case 2:
                Restart();
                Pass(31);
                Restart();
                Pass(31);
                Add("", Operation.Sweep, Operation.Leases);
                break;
            case 3:
                // A moment before its lease runs out nobody else gets it.
                Pass(Pick([29, 31, 31]));
                Write("POST", $"/v1/messages/{message}/{Pick(["claim", "claim-with-lease", "take-over"])}", [lease, Text("session", Pick(Processes))]);
                Write("POST", $"/v1/messages/{message}/finish", [lease, session, Text("lease_token", token), Text("outcome", Pick(["acknowledged", "failed"]))]);
                Add("", Operation.Sweep, Operation.Leases);
                break;
            default:
                Finish(message, [lease, session]);
                break;
        }
    }

    /// <summary>Attempts until none is left, and mostly a new beginning.</summary>
    private void WorkUntilItFails()
    {
        var channel = Channel();
        var message = PostToLane(channel, Chance(3) ? [Message(), Message()] : []);
        if (Chance(2))
        {
            PostToLane(channel, [message]);
        }

        for (var attempt = 0; attempt < 2; attempt++)
        {
            WorkOn(message);
            Pass(31);
            Add("", Operation.Sweep, Operation.Leases);
        }

        if (Chance(4))
        {
            Write("PUT", $"/v1/channels/{channel}/task-settings", ["\"max_attempts\":1"]);
        }

        Write("POST", $"/v1/messages/{message}/{Pick(["reopen", "reopen", "cancel", "finish"])}", [Text("session", Processes[0]), Text("outcome", "failed")]);
        WorkOn(message);
    }

    private void Restart()
    {
        if (!SetsClock)
        {
            Add("", Operation.Restart, "");
        }
    }

    private void Release() => Write("POST", $"/v1/messages/{Message()}/release", Acting());

    private void Acknowledge() => Write("POST", $"/v1/messages/{Message()}/ack", [.. Acting(), .. ResultOf()]);

    private List<string> Acting()
    {
        var body = new List<string>();
        if (Chance(3))
        {
            body.Add(Text("actor", Chance(3) ? Actor() : Pick(Actors)));
        }

        if (Chance(4))
        {
            body.Add("\"metadata\":{\"note\":1}");
        }

        AddSession(body);
        return body;
    }

    private void PostTask()
    {
        var withResult = Chance(2);
        var number = Write("POST", $"/v1/tasks/{(withResult ? "post-with-result" : "post")}", [Text("channel", Pick(Names)), .. Content(withActor: false)]);
        var message = $"{{{number}.message.id}}";
        messages.Add(message);
        if (withResult)
        {
            tasksWithResult.Add(message);
        }

        channels.Add($"{{{number}.channel}}");
    }

    private void ClaimTask() => Write("POST", "/v1/tasks/claim", [Text("channel", Channel(escaped: false)), .. Acting()]);

    private void OtherTaskVerb()
    {
        switch (random.Next(4))
        {
            case 0:
                messages.Add($"{{{Write("POST", "/v1/tasks/broadcast", [Text("channel", Channel(escaped: false)), .. Content(withActor: false)])}.message.id}}");
                break;
            case 1:
                var since = cursors.Count > 0 && Chance(2) ? Text("since", Pick(cursors)) : "\"limit\":2";
                Write("POST", "/v1/tasks/subscribe", [Text("channel", Channel(escaped: false)), since]);
                break;
            case 2:
                Write("POST", "/v1/tasks/claim-and-ack", [Text("message_id", Message()), .. Acting()]);
                break;
            default:
                var number = Write("POST", "/v1/tasks/create-claimable-session", Chance(2) ? [Text("name", Pick(Names))] : []);
                channels.Add($"{{{number}.channel.id}}");
                restricted.Add($"{{{number}.channel.id}}");
                invitations.Add($"{{{number}.invitation.id}}");
                break;
        }
    }

    private void Result()
    {
        var path = $"/v1/tasks/{(tasksWithResult.Count > 0 && !Chance(5) ? PickLate(tasksWithResult) : Message())}/result";
        if (Chance(2))
        {
            messages.Add($"{{{Write("POST", path, Content(withActor: false).Select(member => member.Replace("[]", "{}", StringComparison.Ordinal)))}.message.id}}");
        }
        else
        {
            Send("GET", path);
        }
    }

    private void ActorVerb()
    {
        switch (random.Next(3))
        {
            case 0:
                actors.Add($"{{{Write("POST", "/v1/actors", [Text("name", Pick(Actors))])}.id}}");
                break;
            case 1:
                Write("POST", $"/v1/actors/{Actor()}/aliases", [Text("alias", Pick(["ann", "bob", "worker", "z"]))]);
                break;
            default:
                Send("GET", $"/v1/actors/{Actor()}");
                break;
        }
    }

    private void Member()
    {
        switch (random.Next(4))
        {
            case 0 or 1:
                Write("POST", $"/v1/channels/{Channel()}/members", [Text("key_id", Pick(keyIds))]);
                break;
            case 2:
                Write("DELETE", $"/v1/channels/{Channel()}/members/{Pick(keyIds)}");
                break;
            default:
                Send("GET", $"/v1/channels/{Channel()}/members");
                break;
        }
    }

    private void ReadEvents()
    {
        var since = eventCursors.Count > 0 && Chance(2) ? $"&since={Pick(eventCursors)}" : "";
        eventCursors.Add($"{{{Send("GET", $"/v1/channels/{Channel()}/events?limit={Pick([1, 2, 50])}{since}")}.next_cursor}}");
    }

    private void Invitation()
    {
        if (invitations.Count == 0 || Chance(3))
        {
            invitations.Add($"{{{Write("POST", $"/v1/channels/{Channel()}/invitations")}.id}}");
        }
        else if (Chance(4))
        {
            Write("DELETE", $"/v1/channel-invitations/{PickLate(invitations)}");
        }
        else
        {
            Send("GET", $"/v1/channel-invitations/{PickLate(invitations)}");
        }
    }

    private void AccessRequest()
    {
        if (accessRequests.Count > 0 && Chance(2))
        {
            var (channel, id) = PickLate(accessRequests);
            Write("POST", $"/v1/channels/{channel}/access-requests/{id}/{Pick(["approve", "approve", "deny"])}");
        }
        else if (Chance(3))
        {
            Send("GET", $"/v1/channels/{(restricted.Count > 0 ? PickLate(restricted) : Channel())}/access-requests");
        }
        else
        {
            var channel = restricted.Count > 0 && !Chance(4) ? PickLate(restricted) : Channel();
            accessRequests.Add((channel, $"{{{Write("POST", $"/v1/channels/{channel}/access-requests", [Text("reason", Pick(Texts))])}.request_id}}"));
        }
    }

    private void Session()
    {
        if (sessions.Count == 0 || Chance(4))
        {
            sessions.Add($"{{{Write("POST", "/v1/sessions", [Text("name", "s"), "\"state\":{\"a\":1,\"b\":{\"c\":2}}"])}.id}}");
            return;
        }

        var path = $"/v1/sessions/{Pick(sessions)}";
        switch (random.Next(4))
        {
            case 0:
                Write("PATCH", path, [Chance(2) ? "\"state\":{\"b\":null,\"d\":[1]}" : "\"a\":2"]);
                break;
            case 1 when Chance(2):
                Write("DELETE", path);
                break;
            case 2:
                Send("GET", "/v1/sessions");
                break;
            default:
                Send("GET", path);
                break;
        }
    }

    /// <summary>Something that was sent before, byte for byte: a write is answered from what was kept.</summary>
    private void Repeat()
    {
        var earlier = PickLate(operations);
        Add(earlier.Key, earlier.Method, earlier.Path, earlier.Body, earlier.IdempotencyKey);
    }

    private void PassTime()
    {
        if (SetsClock && (Chance(4) || (isFarAhead && Chance(2))))
        {
            const int FarAhead = 300_000_007;
            var step = isFarAhead ? -FarAhead : Pick([7_001, -7_001, FarAhead]);
            isFarAhead = step == FarAhead;
            Add("", Operation.SetClock, step.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        else
        {
            Add("", Operation.Advance, Pick(Seconds).ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private void Sweep() => Add("", Operation.Sweep, Chance(3) ? Operation.Expiry : Operation.Leases);

    /// <summary>Mostly with a fresh idempotency key, sometimes with one that others use, sometimes with none.</summary>
    private int Write(string method, string path, IEnumerable<string>? members = null) => Add(
        Key(),
        method,
        path,
        members is null ? null : $"{{{string.Join(',', members)}}}",
        Chance(10) ? Pick(["k1", "k2", "k3"]) : Chance(6) ? null : $"fresh-{operations.Count}");

    private int Send(string method, string path, string? body = null) => Add(Key(), method, path, body);

    private int Add(string key, string method, string path, string? body = null, string? idempotencyKey = null)
    {
        operations.Add(new Operation(operations.Count, key, method, path, body, idempotencyKey));
        return operations.Count - 1;
    }

    // Mostly the first two, so that they own, hold and know something.
    private string Key() => Chance(80) ? "" : Chance(6) ? Pick(keys) : keys[random.Next(2)];

    private string Channel(bool escaped = true) => random.Next(12) switch
    {
        0 => escaped ? Uri.EscapeDataString(Pick(Names)) : Pick(Names),
        1 => Chance(3) ? Pick(["x", "y"]) : Pick(channels),
        2 => Pick(channels),
        _ => PickLate(channels),
    };

    private string Message() => messages.Count == 0 || Chance(40) ? "6b1b5f1e-0000-4000-8000-000000000000" : PickLate(messages);

    private string Actor() => actors.Count == 0 || Chance(4) ? Pick(Actors) : Pick(actors);

    private string Boolean() => Chance(2) ? "true" : "false";

    private bool Chance(int oneIn) => random.Next(oneIn) == 0;

    private T Pick<T>(IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    /// <summary>One of the last few, so that operations meet on the same things.</summary>
    private T PickLate<T>(IReadOnlyList<T> choices) => choices[Math.Max(choices.Count - 1 - random.Next(4), 0)];

    private static string Text(string name, string value) => $"\"{name}\":\"{value}\"";
#pragma warning restore CA5394
}
