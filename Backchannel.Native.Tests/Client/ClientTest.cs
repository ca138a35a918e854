using Backchannel.Native.Client;
using Backchannel.Native.Tests.Support.Servers;

namespace Backchannel.Native.Tests.Client;

/// <summary>What the tests of this room share: a client of a server that the test scripts.</summary>
internal static class ClientTest
{
    public const string ChannelJson = """
        {"id": "c-1", "owner_id": "agent", "created_by_key_id": "bck_aaaaaaaaaaaa", "name": "jobs", "mode": "claimable", "access": "open",
         "created_at": "2026-04-06T14:00:00.123456+00:00", "updated_at": "2026-04-06T14:00:00.123456+00:00"}
        """;

    public const string MessageJson = """
        {"id": "m-1", "channel_id": "c-1", "content": "hello", "metadata": {}, "created_at": "2026-04-06T14:00:00.123456+00:00",
         "expires_at": "2026-04-07T14:00:00.123456+00:00", "active": true}
        """;

    public const string PostedJson = $$"""{"message": {{MessageJson}}, "next_cursor": "2026-04-06T14:00:00.123456+00:00"}""";

    /// <summary>Patient enough for a busy machine, and without pauses that a test would have to sit out.</summary>
    public static BackchannelClientOptions Options(Uri address) => new()
    {
        BaseUrl = address,
        AgentLabel = "agent",
        RetryDelay = TimeSpan.FromMilliseconds(1),
    };

    public static BusConnection Connect(this MisbehavingServer server, Func<BackchannelClientOptions, BackchannelClientOptions>? change = null) =>
        new((change ?? (static options => options))(Options(server.Address)), TimeProvider.System);

    public static Task<Native.Wire.PostedMessage> PostAsync(this BusConnection connection, CancellationToken cancellationToken) =>
        new BackchannelClient(connection).PostMessageAsync("c-1", new("hello"), new IdempotencyKey("post-1"), cancellationToken);
}
