using Backchannel.Native.Wire;

namespace Backchannel.Native.Client;

/// <summary>One method per endpoint of the bus that we call. Every method throws <see cref="BackchannelException"/>.</summary>
/// <remarks>Each write carries one idempotency key across all its attempts.</remarks>
internal sealed class BackchannelClient(BusConnection connection)
{
    /// <summary>The same client, with every request part of the caller's trace.</summary>
    /// <param name="traceParent">A W3C <c>traceparent</c>; null: none.</param>
    public BackchannelClient WithTraceParent(string? traceParent) => throw new NotImplementedException();

    /// <summary>Mints a key that is only returned, neither used nor stored.</summary>
    public Task<IssuedKey> IssueKeyAsync(string agentLabel, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Who the own key is.</summary>
    public Task<KeyIdentity> GetOwnKeyAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<Health> GetHealthAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Makes a new channel, whatever names exist already.</summary>
    public Task<Channel> CreateChannelAsync(CreateChannelRequest request, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <param name="channel">Id, alias or name.</param>
    public Task<Channel> GetChannelAsync(string channel, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public Task<Page<ChannelSummary>> ListChannelsAsync(int? limit, string? cursor, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public Task<Channel> AddAliasAsync(string channelId, string alias, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public Task<PostedMessage> PostMessageAsync(
        string channelId, PostMessageRequest request, IdempotencyKey idempotencyKey, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public Task<Page<Message>> ListMessagesAsync(
        string channelId, MessageQuery query, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<LeasedMessage> ClaimWithLeaseAsync(
        string messageId, string actor, TimeSpan lease, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public Task<Lease> RenewLeaseAsync(string leaseToken, TimeSpan lease, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public Task<ClaimOutcome> ReleaseAsync(string messageId, string actor, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public Task<ClaimOutcome> AcknowledgeAsync(
        string messageId, string actor, System.Text.Json.JsonElement? metadata, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public Task<AccessRequestOutcome> RequestAccessAsync(
        string channel, string? reason, CancellationToken cancellationToken) => throw new NotImplementedException();

    private BusConnection Connection { get; } = connection;
}
