using System.Collections.Concurrent;
using Backchannel.Native.Client;
using Backchannel.Native.Tests.Support.Servers;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Client;

/// <summary>Which key goes out, seen from the bus.</summary>
public sealed class ApiKeyProviderTests : IDisposable
{
    private readonly TemporaryFolder home = new();
    private readonly ConcurrentQueue<string> warnings = new();

    private string Folder => home.File(".config/backchannel");

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task A_configured_key_wins_and_is_not_written()
    {
        await using var bus = new KeyBus { Accepts = static _ => true };
        Write("key", "bck_stored.1");
        await using var connection = Connect(bus, options => options with { ApiKey = Key("bck_mine.1") });

        await connection.PostAsync(default);

        Assert.Equal(["bck_mine.1"], bus.KeysSent);
        Assert.Equal("bck_stored.1", Read("key"));
        Assert.False(File.Exists(Path.Combine(Folder, "key.origin")));
    }

    [Fact]
    public async Task A_rejected_configured_key_is_an_error_that_names_the_setting_and_not_the_key()
    {
        await using var bus = new KeyBus();
        await using var connection = Connect(bus, options => options with { ApiKey = Key("bck_mine.secret") });

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Equal((FaultCodes.ApiKeyRejected, 401), (exception.Code, exception.Status));
        Assert.Contains("BACKCHANNEL_API_KEY", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
        Assert.Empty(bus.Labels);
    }

    [Fact]
    public async Task A_stored_key_is_used()
    {
        await using var bus = new KeyBus { Accepts = static _ => true };
        Write("key", "bck_stored.1");
        await using var connection = Connect(bus);

        await connection.PostAsync(default);

        Assert.Equal(["bck_stored.1"], bus.KeysSent);
        Assert.Empty(bus.Labels);
    }

    [Fact]
    public async Task The_bus_of_a_key_without_one_is_recorded_once_it_was_accepted()
    {
        await using var bus = new KeyBus { Accepts = static _ => true };
        Write("key", "bck_stored.1");
        await using var connection = Connect(bus);

        await connection.PostAsync(default);

        Assert.Equal(bus.Server.Address.GetLeftPart(UriPartial.Authority), Read("key.origin"));
    }

    [Fact]
    public async Task A_key_that_belongs_to_another_bus_is_never_sent()
    {
        await using var bus = new KeyBus();
        Write("key", "bck_stored.1");
        Write("key.origin", "https://elsewhere.example");
        await using var connection = Connect(bus);

        await connection.PostAsync(default);

        Assert.DoesNotContain("bck_stored.1", bus.KeysSent);
        Assert.Equal("bck_stored.1", Read("key"));
    }

    [Fact]
    public async Task Without_a_key_one_is_minted_with_the_label_and_kept()
    {
        await using var bus = new KeyBus();
        await using (var connection = Connect(bus))
        {
            await connection.PostAsync(default);
        }

        await using var next = Connect(bus);
        await next.PostAsync(default);

        Assert.Equal(["agent"], bus.Labels);
        Assert.Equal(["bck_minted1.x", "bck_minted1.x"], bus.KeysSent);
        Assert.Equal("bck_minted1.x", Read("key"));
    }

    [Fact]
    public async Task Nothing_is_minted_before_the_first_call()
    {
        await using var bus = new KeyBus();
        await using (Connect(bus))
        {
        }

        Assert.Empty(bus.Server.Requests);
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public async Task Twenty_that_start_at_once_mint_one_key()
    {
        await using var bus = new KeyBus();
        var connections = Enumerable.Range(0, 20).Select(_ => Connect(bus)).ToArray();

        await Task.WhenAll(connections.SelectMany(static connection => Enumerable.Range(0, 3).Select(_ => connection.PostAsync(default))));

        Assert.Single(bus.Labels);
        Assert.Equal("bck_minted1.x", Assert.Single(bus.KeysSent.Distinct()));
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(401, ErrorCodes.Unauthorized)]
    [InlineData(410, ErrorCodes.KeyExpired)]
    public async Task A_rejected_stored_key_is_replaced_and_the_call_repeated_with_its_idempotency_key(int status, string code)
    {
        await using var bus = new KeyBus { Rejection = Reply.Error(status, code) };
        Write("key", "bck_old.1");
        Write("key.origin", bus.Server.Address.GetLeftPart(UriPartial.Authority));
        await using var connection = Connect(bus);

        await connection.PostAsync(default);

        Assert.Equal(["bck_old.1", "bck_minted1.x"], bus.KeysSent);
        Assert.Equal(["post-1", "post-1"], bus.Server.Calls.Select(static call => call.Header(HeaderNames.IdempotencyKey)));
        Assert.Equal("bck_minted1.x", Read("key"));
    }

    [Fact]
    public async Task Twenty_whose_key_is_rejected_at_once_replace_it_once()
    {
        await using var bus = new KeyBus();
        Write("key", "bck_old.1");
        Write("key.origin", bus.Server.Address.GetLeftPart(UriPartial.Authority));
        var connections = Enumerable.Range(0, 20).Select(_ => Connect(bus)).ToArray();

        await Task.WhenAll(connections.SelectMany(static connection => Enumerable.Range(0, 3).Select(_ => connection.PostAsync(default))));

        Assert.Single(bus.Labels);
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(401, ErrorCodes.Unauthorized, "does not know the key in")]
    [InlineData(410, ErrorCodes.KeyExpired, "has expired at")]
    public async Task A_rejected_stored_key_is_kept_beside_the_new_one_and_said(int status, string code, string expected)
    {
        await using var bus = new KeyBus { Rejection = Reply.Error(status, code) };
        Write("key", "bck_old.1");
        Write("key.origin", bus.Server.Address.GetLeftPart(UriPartial.Authority));
        await using var connection = Connect(bus);

        await connection.PostAsync(default);
        await connection.PostAsync(default);

        var kept = Assert.Single(Directory.GetFiles(Folder, "key.rejected-*"));
        var warning = Assert.Single(warnings);
        Assert.Equal("bck_old.1", Read(Path.GetFileName(kept)));
        Assert.Matches(@"key\.rejected-[0-9]{14}$", kept);
        Assert.Contains(expected, warning, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(Folder, "key"), warning, StringComparison.Ordinal);
        Assert.Contains(bus.Server.Address.GetLeftPart(UriPartial.Authority), warning, StringComparison.Ordinal);
        Assert.Contains($"the old one is kept in {kept}", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("bck_", warning, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(kept));
        }
    }

    [Fact]
    public async Task A_rejected_key_for_which_the_bus_issues_no_other_stays_and_is_said_once()
    {
        await using var bus = new KeyBus { LabelIsFree = static _ => false };
        Write("key", "bck_old.1");
        Write("key.origin", bus.Server.Address.GetLeftPart(UriPartial.Authority));
        await using var connection = Connect(bus, static options => options with { AgentLabelIsChosen = true });

        await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));
        await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Equal("bck_old.1", Read("key"));
        Assert.Contains("no other one was issued; nothing was changed", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_in_memory_that_the_bus_forgot_is_replaced_and_said()
    {
        string? forgotten = null;
        await using var bus = new KeyBus { Accepts = key => key != forgotten };
        await using var connection = Connect(bus, static options => options with { KeyFolder = null });
        await connection.PostAsync(default);

        forgotten = "bck_minted1.x";
        await connection.PostAsync(default);

        Assert.Equal("bck_minted2.x", bus.KeysSent[^1]);
        Assert.Contains("does not know the key that this process used so far", warnings.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rejected_key_of_an_unknown_bus_is_not_overwritten()
    {
        await using var bus = new KeyBus();
        Write("key", "bck_py.1");
        await using var connection = Connect(bus);

        await connection.PostAsync(default);

        Assert.Equal("bck_py.1", Read("key"));
        Assert.Equal("bck_minted1.x", Read($"keys/127.0.0.1_{bus.Server.Address.Port}"));
        Assert.EndsWith($"the old one is kept in {Path.Combine(Folder, "key")}", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bus_that_rejects_the_key_it_issued_is_not_asked_for_another()
    {
        await using var bus = new KeyBus { Accepts = static _ => false };
        await using var connection = Connect(bus);

        var first = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));
        await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Equal(ErrorCodes.Unauthorized, first.Code);
        Assert.Single(bus.Labels);
    }

    [Fact]
    public async Task A_401_that_no_bus_gives_replaces_nothing()
    {
        await using var bus = new KeyBus { Rejection = Reply.Answer(401, "text/html", "<h1>Proxy login</h1>"), Accepts = static _ => false };
        Write("key", "bck_old.1");
        await using var connection = Connect(bus);

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Equal(FaultCodes.UnusableAnswer, exception.Code);
        Assert.Empty(bus.Labels);
    }

    [Fact]
    public async Task An_automatic_label_that_is_taken_gets_a_random_suffix()
    {
        var long1 = new string('a', 200);
        await using var bus = new KeyBus { LabelIsFree = label => label.Contains('-', StringComparison.Ordinal) };
        await using var connection = Connect(bus, options => options with { AgentLabel = long1 });

        await connection.PostAsync(default);

        var labels = bus.Labels;
        Assert.Equal(2, labels.Count);
        Assert.Equal(long1[..128], labels[0]);
        Assert.Matches("^a{119}-[0-9a-f]{8}$", labels[1]);
    }

    [Fact]
    public async Task A_chosen_label_that_is_taken_is_an_error_that_says_so()
    {
        await using var bus = new KeyBus { LabelIsFree = static _ => false };
        await using var connection = Connect(bus, static options => options with { AgentLabelIsChosen = true });

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Equal(ErrorCodes.LabelInUse, exception.Code);
        Assert.Contains("'agent' is taken", exception.Message, StringComparison.Ordinal);
        Assert.Single(bus.Labels);
    }

    [Fact]
    public async Task Trying_labels_ends_before_the_bus_stops_issuing_keys_for_an_hour()
    {
        await using var bus = new KeyBus { LabelIsFree = static _ => false };
        await using var connection = Connect(bus);

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Equal(ErrorCodes.LabelInUse, exception.Code);
        Assert.Equal(3, bus.Labels.Count);
    }

    [Fact]
    public async Task A_minting_whose_answer_was_lost_ends_with_a_key_under_another_label()
    {
        var labels = new ConcurrentQueue<string>();
        await using var server = new MisbehavingServer(request =>
        {
            if (request.Target != Routes.Keys)
            {
                return Reply.Json(201, ClientTest.PostedJson);
            }

            var taken = labels.Contains(request.Text);
            labels.Enqueue(request.Text);
            return labels.Count == 1 ? Reply.ResetAfterCommit
                : taken ? Reply.Error(409, ErrorCodes.LabelInUse)
                : MisbehavingServer.IssueKey();
        });
        await using var connection = server.Connect();

        await connection.PostAsync(default);

        Assert.Equal(MisbehavingServer.IssuedKeyText, server.Calls.Single().Header(HeaderNames.ApiKey));
        Assert.Equal(2, labels.Distinct().Count());
    }

    [Fact]
    public async Task Closed_minting_says_whom_to_ask_and_what_to_set()
    {
        await using var server = new MisbehavingServer(static _ => Reply.Error(403, ErrorCodes.MintingClosed));
        await using var connection = server.Connect();

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Equal(ErrorCodes.MintingClosed, exception.Code);
        Assert.Contains("operator", exception.Message, StringComparison.Ordinal);
        Assert.Contains("BACKCHANNEL_API_KEY", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_minting_is_tried_again_by_the_next_call()
    {
        var closed = true;
        await using var bus = new KeyBus();
        await using var server = new MisbehavingServer(request =>
            closed && request.Target == Routes.Keys ? Reply.Error(403, ErrorCodes.MintingClosed) : bus.Answer(request));
        await using var connection = server.Connect();
        await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        closed = false;
        await connection.PostAsync(default);

        Assert.Equal("bck_minted1.x", server.Calls.Single().Header(HeaderNames.ApiKey));
    }

    [Fact]
    public async Task A_caller_who_gives_up_does_not_lose_the_key_that_is_being_minted()
    {
        var goOn = new TaskCompletionSource();
        await using var bus = new KeyBus { BeforeIssuing = goOn.Task };
        await using var connection = Connect(bus);
        using var cancel = new CancellationTokenSource();

        var first = connection.PostAsync(cancel.Token);
        await bus.Minting.Within();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        goOn.SetResult();
        await connection.PostAsync(default);

        Assert.Single(bus.Labels);
    }

    [Fact]
    public async Task Waiting_for_another_process_that_mints_ends_with_the_deadline_of_the_call()
    {
        var time = new SignallingTimeProvider();
        await using var bus = new KeyBus();
        using var held = await new ApiKeyStore(Folder, BusOrigin.Of(bus.Server.Address), TimeProvider.System)
            .LockAsync(TimeSpan.Zero, default);
        await using var connection = new BusConnection(ClientTest.Options(bus.Server.Address) with { KeyFolder = Folder }, time);

        var call = connection.PostAsync(default);
        time.Advance(await time.TimerAsync(static dueTime => dueTime == TimeSpan.FromSeconds(40)));

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => call);
        Assert.Equal(FaultCodes.Timeout, exception.Code);
        Assert.Empty(bus.Server.Requests);
    }

    [Fact]
    public async Task A_call_that_joins_a_search_late_is_told_the_same_when_the_search_ends()
    {
        var time = new SignallingTimeProvider();
        await using var bus = new KeyBus();
        var files = new ApiKeyStore(Folder, BusOrigin.Of(bus.Server.Address), TimeProvider.System);
        using var held = await files.LockAsync(TimeSpan.Zero, default);
        await using var connection = new BusConnection(ClientTest.Options(bus.Server.Address) with { KeyFolder = Folder }, time);

        var first = connection.PostAsync(default);
        await time.TimerAsync(static dueTime => dueTime == TimeSpan.FromMilliseconds(20));
        time.Advance(TimeSpan.FromSeconds(30));
        var second = connection.PostAsync(default);
        time.Advance(TimeSpan.FromSeconds(10));

        foreach (var call in (Task[])[first, second])
        {
            var exception = await Assert.ThrowsAsync<BackchannelException>(() => call.Within());
            Assert.Equal(FaultCodes.Timeout, exception.Code);
            Assert.Contains($"'fuser {files.LockFile}'", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_call_that_succeeded_does_not_wait_for_the_key_files()
    {
        await using var bus = new KeyBus { Accepts = static _ => true };
        Write("key", "bck_stored.1");
        using var held = await new ApiKeyStore(Folder, BusOrigin.Of(bus.Server.Address), TimeProvider.System)
            .LockAsync(TimeSpan.Zero, default);
        await using var connection = Connect(bus);

        await connection.PostAsync(default);
        var whileHeld = File.Exists(Path.Combine(Folder, "key.origin"));
        held.Dispose();
        await connection.PostAsync(default);

        Assert.False(whileHeld);
        Assert.True(File.Exists(Path.Combine(Folder, "key.origin")));
    }

    [Fact]
    public async Task Without_a_home_the_key_lives_in_memory_with_one_warning()
    {
        await using var bus = new KeyBus();
        await using var connection = Connect(bus, static options => options with { KeyFolder = null });

        await connection.PostAsync(default);
        await connection.PostAsync(default);

        Assert.Single(bus.Labels);
        Assert.Contains("no home folder", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_home_that_is_no_folder_means_memory_with_one_warning()
    {
        await using var bus = new KeyBus();
        var file = home.File("file");
        await File.WriteAllTextAsync(file, "");
        await using var connection = Connect(bus, options => options with { KeyFolder = Path.Combine(file, "backchannel") });

        await connection.PostAsync(default);
        await connection.PostAsync(default);

        Assert.Single(bus.Labels);
        Assert.Single(warnings);
    }

    [Fact]
    public async Task A_key_file_that_cannot_be_read_is_left_alone_and_said()
    {
        await using var bus = new KeyBus();
        Directory.CreateDirectory(Path.Combine(Folder, "key"));
        await using var connection = Connect(bus);

        await connection.PostAsync(default);

        Assert.Single(bus.Labels);
        Assert.Contains(Folder, Assert.Single(warnings), StringComparison.Ordinal);
        Assert.True(Directory.Exists(Path.Combine(Folder, "key")));
    }

    [Fact]
    public async Task A_broken_key_file_is_said_and_replaced()
    {
        await using var bus = new KeyBus();
        Write("key", "\0\u0001 this is no key");
        await using var connection = Connect(bus);

        await connection.PostAsync(default);

        Assert.Equal("bck_minted1.x", Read("key"));
        Assert.Contains("does not hold an API key", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_warning_shows_a_key()
    {
        await using var bus = new KeyBus();
        Write("key", "bck_secret.1 bck_secret.2");
        await using var connection = Connect(bus);

        await connection.PostAsync(default);

        Assert.All(warnings, static warning => Assert.DoesNotContain("secret", warning, StringComparison.Ordinal));
    }

    private static ApiKey Key(string text) => ApiKey.TryParse(text, out var key) ? key : throw new ArgumentException(text);

    private BusConnection Connect(KeyBus bus, Func<BackchannelClientOptions, BackchannelClientOptions>? change = null) =>
        bus.Server.Connect(options =>
        {
            var own = options with { KeyFolder = Folder, Warn = warnings.Enqueue };
            return change is null ? own : change(own);
        });

    private string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    private void Write(string name, string content)
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, name), content);
    }

    /// <summary>A bus that issues bck_minted1.x, bck_minted2.x, … and takes only what it issued, unless told otherwise.</summary>
    private sealed class KeyBus : IAsyncDisposable
    {
        private readonly ConcurrentQueue<string> labels = new();
        private readonly TaskCompletionSource minting = new();
        private int issued;

        public KeyBus() => Server = new(Answer);

        public MisbehavingServer Server { get; }

        public Func<string, bool>? Accepts { get; init; }

        public Func<string, bool> LabelIsFree { get; init; } = static _ => true;

        public Reply Rejection { get; init; } = Reply.Error(401, ErrorCodes.Unauthorized);

        public Task BeforeIssuing { get; init; } = Task.CompletedTask;

        /// <summary>Ends when the first minting has arrived.</summary>
        public Task Minting => minting.Task;

        /// <summary>The labels that keys were asked for with.</summary>
        public IReadOnlyList<string> Labels => [.. labels];

        public IReadOnlyList<string?> KeysSent => [.. Server.Calls.Select(static call => call.Header(HeaderNames.ApiKey))];

        public ValueTask DisposeAsync() => Server.DisposeAsync();

        public Reply Answer(RecordedRequest request)
        {
            if (request.Target == Routes.Keys)
            {
                return Mint(request);
            }

            var key = request.Header(HeaderNames.ApiKey) ?? "";
            var accepted = Accepts?.Invoke(key) ?? key.StartsWith("bck_minted", StringComparison.Ordinal);
            return accepted ? Reply.Json(201, ClientTest.PostedJson) : Rejection;
        }

        private Reply Mint(RecordedRequest request)
        {
            var label = System.Text.Json.JsonDocument.Parse(request.Body).RootElement.GetProperty("agent_label").GetString()!;
            labels.Enqueue(label);
            minting.TrySetResult();
            if (!LabelIsFree(label))
            {
                return Reply.Error(409, ErrorCodes.LabelInUse);
            }

            var answer = MisbehavingServer.IssueKey($"bck_minted{Interlocked.Increment(ref issued)}.x");
            return answer with
            {
                SendAsync = async (socket, cancellation) =>
                {
                    await BeforeIssuing.WaitAsync(cancellation);
                    await answer.SendAsync(socket, cancellation);
                },
            };
        }
    }
}
