using System.Reflection;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Sqlite;

namespace Backchannel.Native.Tests.Bus.Storage;

/// <summary>Calls every public method of every store once per way that it can go, on a database that has one of everything.</summary>
internal static class StoreCalls
{
    // Reads as the id of the message with key 1.
    private static readonly string Text = BusId.Format(1, 0);

    private static readonly string Seed =
        $"""
        INSERT INTO channels (number, id, owner_id, created_by_key_id, name, mode, access, discoverable, description, metadata_schema,
            ttl_seconds, retention_days, max_messages, created_at, updated_at)
        VALUES (1, 'seed', '{Text}', '{Text}', 'seed', 'claimable', 'open', 1, '', '', 0, 1, 0, 1, 1);
        INSERT INTO actors (number, id, owner_id, created_by_key_id, name, description, metadata, created_at, updated_at)
        VALUES (1, 'seed', 'seed', 'seed', 'seed', '', '', 1, 1);
        INSERT INTO messages (created_at, salt, channel, content, expires_at) VALUES (1, 0, 1, '', 1), (3000000000000000, 0, 1, 'word', 3000000000000000);
        INSERT INTO words_gone (key) VALUES (1);
        INSERT INTO tasks (message, ended_attempts) VALUES (1, 500);
        INSERT INTO files (number, sha256, bytes) VALUES (1, '{Text}', 1);
        INSERT INTO file_parts (file, part, content) VALUES (1, 0, x'00');
        INSERT INTO dependencies (message, prerequisite, prerequisite_id) VALUES (1, 1, 'x');
        """;

    private static readonly ChannelRecord Channel = new()
    {
        Number = 1, Id = "x", OwnerId = "o", CreatedByKeyId = "k", Name = "n", Mode = "claimable", Access = "open", Discoverable = false,
        Description = "", MetadataSchema = "{}", TtlSeconds = 300, RetentionDays = 1, CreatedAt = 2, UpdatedAt = 2,
    };

    /// <summary>The statements that this prepares. The database stays empty.</summary>
    public static async Task<IReadOnlyList<string>> TextsAsync(BusDatabase database)
    {
        List<string> texts = [];
        await Assert.ThrowsAsync<ApiException>(() => database.Writes.RunAsync<bool>(context =>
        {
            var connection = (SqliteConnection)context.Storage.Connection;
            var before = connection.Texts.ToHashSet();
            Run(context.Storage);
            texts.AddRange(connection.Texts.Except(before));

            throw new ApiException(409, "x", "enough");
        }));
        return texts;
    }

    /// <summary>Whether an engine has this statement to itself: its index of words has no form that both know.</summary>
    public static bool IsOfOneEngine(string text) => text.Contains(" words ", StringComparison.Ordinal);

    public static void Run(StorageSession storage)
    {
        foreach (var property in typeof(StorageSession).GetProperties().Where(property => property.PropertyType.Name.EndsWith("Store", StringComparison.Ordinal)))
        {
            foreach (var method in property.PropertyType.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            {
                foreach (var arguments in Combinations(method))
                {
                    Call(storage, property.GetValue(storage)!, method, arguments);
                }
            }
        }

        // A span cannot be handed over by reflection.
        storage.Webhooks.Add("http://x", null, [1], 1);
        storage.Files.AddPart(1, 0, [1]);
        // No lease of the seed can be renewed.
        storage.Connection.Execute("INSERT INTO messages (created_at, salt, channel, content, expires_at, lease_salt, lease_expires_at) VALUES (1, 0, 1, '', 9, 0, 9)");
        storage.Connection.Execute("INSERT INTO channels (number, id, owner_id, created_by_key_id, name, mode, access, discoverable, description, metadata_schema, ttl_seconds, retention_days, created_at, updated_at) VALUES (1, 'x', 'o', 'k', 'n', 'm', 'open', 1, '', '', 1, 1, 1, 1)");
        Assert.True(storage.Claims.Renew(Text, 9, 2));
        // Nor has all work of the highest priority expired.
        Assert.Null(storage.Claims.FindOpen(1, 10, []));
        // The bytes of every other call are known before.
        storage.Files.Finish(1, "new", 1, "k", 1);
    }

    private static void Call(StorageSession storage, object store, MethodInfo method, object?[] arguments)
    {
        storage.Connection.Execute("SAVEPOINT one");
        storage.Connection.Execute(Seed);
        try
        {
            method.Invoke(store, arguments);
        }
        catch (TargetInvocationException refused) when (refused.InnerException is StorageException)
        {
            // A duplicate of what is there: the statement was prepared.
        }
        finally
        {
            storage.Connection.Execute("ROLLBACK TO one; RELEASE one");
        }
    }

    private static IEnumerable<object?[]> Combinations(MethodInfo method)
    {
        var parameters = method.GetParameters();
        if (parameters.Any(parameter => parameter.ParameterType.IsByRefLike))
        {
            return [];
        }

        return parameters.Aggregate<ParameterInfo, IEnumerable<object?[]>>(
            [[]], (sofar, parameter) => [.. sofar.SelectMany(_ => Values(parameter), (arguments, value) => (object?[])[.. arguments, value])]);
    }

    private static IEnumerable<object?> Values(ParameterInfo parameter) => (parameter.ParameterType, parameter.Name) switch
    {
        (var type, "now") when type == typeof(long) => [2_000_000_000_000_000L],
        (var type, "maximum") when type == typeof(int) => [0],
        (var type, _) when type == typeof(long) => [1L],
        (var type, "limit") when type == typeof(int) => [10, 0],
        (var type, _) when type == typeof(int) => [10],
        (var type, _) when type == typeof(bool) => [true, false],
        (var type, _) when type == typeof(Memory<byte>) => [new byte[1].AsMemory()],
        (var type, "state") when type == typeof(string) => ["open", "claimed", "waiting", "failed", "cancelled", "acknowledged", null],
        (var type, _) when type == typeof(string) => [Text],
        (var type, _) when type == typeof(Moment) => [new Moment(3, 2)],
        (var type, _) when type == typeof(long?) => [1L],
        (var type, _) when type == typeof(int?) => [1],
        (var type, _) when type == typeof(StoredState) => [StoredState.Failed],
        (var type, _) when type == typeof(PrerequisiteStanding) => [PrerequisiteStanding.Settled],
        (var type, _) when type == typeof(TaskRecord) => [new TaskRecord()],
        (var type, _) when type == typeof(IEnumerable<string>) => [new[] { "x" }],
        (var type, _) when type == typeof(IReadOnlyList<string>) => [Array.Empty<string>(), new[] { "x" }],
        (var type, _) when type == typeof(IEnumerable<long>) => [new[] { 2L }],
        (var type, _) when type == typeof(ChannelRecord) => [Channel],
        (var type, _) when type == typeof(ActorRecord) => [new ActorRecord(1, "x", "o", "k", "n", "", "{}", 1, 1)],
        (var type, _) when type == typeof(ApiKeyRecord) => [new ApiKeyRecord("k", [1], "o", true, null)],
        (var type, _) when type == typeof(NoteRecord) => [new NoteRecord { CreatedAt = 7, Salt = 1, Message = 2, Kind = "comment", By = "x", KeyId = "k" }],
        (var type, _) when type == typeof(NewMessage) => [new NewMessage("x", null, null, null, null)],
        (var type, _) when type == typeof(MessageFilter) => [new MessageFilter(1, 2, null, 50), new MessageFilter(1, 2, "claimed", 50), new MessageFilter(1, 2, "unclaimed", 50)],
        (var type, _) when type == typeof(MessageRecord) => [new MessageRecord { CreatedAt = 1, Salt = 0, Channel = 1, Content = "", ExpiresAt = 1 }],
        (var type, _) when type == typeof(LaneMinute) => [new LaneMinute(1, 2, 3, 4)],
        (var type, _) when type == typeof(IReadOnlyList<long>) => [new[] { 1L }],
        (var type, _) when type == typeof(KeyDigest) => [new KeyDigest(1, 2)],
        (var type, _) when type == typeof(KeptAnswer) => [new KeptAnswer(1, 204, default, null)],
        (var type, _) when type == typeof(ActorWebhook) => [new ActorWebhook("http://x", null, 1)],
        (var type, _) when type == typeof(InvitationRecord) => [new InvitationRecord("x", 1, "o", "k", 1, 1, null)],
        (var type, _) when type == typeof(SessionRecord) => [new SessionRecord("x", "n", "{}", 1, 1, 1)],
        var (type, name) => throw new InvalidOperationException($"Say here what to hand over for {type} {name} of {parameter.Member.Name}."),
    };
}
