using System.Net.Http;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Client;

/// <summary>One method per endpoint of the bus that we call. Every method throws <see cref="BackchannelException"/>.</summary>
/// <remarks>
/// Each write carries one idempotency key across all its attempts. What <see cref="BusRequest.RepeatablePost"/> makes also carries it when it is
/// asked for again after an answer that was lost.
/// </remarks>
internal sealed partial class BackchannelClient(BusConnection connection, string? traceParent = null)
{
    /// <summary>The connection that this client shares with others.</summary>
    public BusConnection Connection { get; } = connection;

    /// <summary>Of every request; null: none.</summary>
    public string? TraceParent => traceParent;

    /// <summary>The same client, with every request part of the caller's trace.</summary>
    /// <param name="traceParent">A W3C <c>traceparent</c>; null: none.</param>
    public BackchannelClient WithTraceParent(string? traceParent) => new(Connection, traceParent);

    /// <summary>Mints a key that is only returned, neither used nor stored.</summary>
    public Task<IssuedKey> IssueKeyAsync(string agentLabel, CancellationToken cancellationToken) =>
        SendAsync(
            BusRequest.Post(Routes.Keys, new MintKeyRequest(agentLabel), WireJsonContext.Default.MintKeyRequest) with
            {
                Authenticated = false,
                IdempotencyKey = null,
            },
            AnswerJson.Default.IssuedKey,
            cancellationToken);

    /// <summary>Who the own key is.</summary>
    public Task<KeyIdentity> GetOwnKeyAsync(CancellationToken cancellationToken) =>
        SendAsync(BusRequest.Get(Routes.OwnKey), AnswerJson.Default.KeyIdentity, cancellationToken);

    /// <summary>Makes a new channel, whatever names exist already.</summary>
    public Task<Channel> CreateChannelAsync(CreateChannelRequest request, CancellationToken cancellationToken) =>
        SendAsync(
            BusRequest.RepeatablePost(Routes.Channels, request, WireJsonContext.Default.CreateChannelRequest),
            AnswerJson.Default.Channel,
            cancellationToken);

    /// <param name="channel">Id, alias or name.</param>
    public Task<Channel> GetChannelAsync(string channel, CancellationToken cancellationToken) =>
        SendAsync(BusRequest.Get(Routes.Channel(channel)), AnswerJson.Default.Channel, cancellationToken);

    /// <summary>The discoverable channels of the whole bus, newest first.</summary>
    public Task<Page<ChannelSummary>> ListChannelsAsync(int? limit, string? cursor, CancellationToken cancellationToken) =>
        SendAsync(
            BusRequest.Get(Routes.Channels + QueryString.Of(("limit", QueryString.Text(limit)), ("cursor", cursor))),
            AnswerJson.Default.ChannelPage,
            cancellationToken);

    /// <summary>Deletes a channel with all that is on it.</summary>
    /// <param name="channel">Id, alias or name.</param>
    /// <returns>Whether the bus did it.</returns>
    public Task<bool> DeleteChannelAsync(string channel, CancellationToken cancellationToken) =>
        Connection.TrySendAsync(new(HttpMethod.Delete, Routes.Channel(channel)), cancellationToken);

    /// <summary>Ends the key in use.</summary>
    /// <returns>Whether the bus did it.</returns>
    public Task<bool> RevokeOwnKeyAsync(CancellationToken cancellationToken) =>
        Connection.TrySendAsync(new(HttpMethod.Delete, Routes.OwnKey), cancellationToken);

    public Task<Channel> AddAliasAsync(string channelId, string alias, CancellationToken cancellationToken) =>
        SendAsync(
            BusRequest.RepeatablePost(Routes.ChannelAliases(channelId), new AliasRequest(alias), WireJsonContext.Default.AliasRequest),
            AnswerJson.Default.Channel,
            cancellationToken);

    /// <summary>Posts once, however often it is repeated after an answer that was lost.</summary>
    public async Task<PostedMessage> PostMessageAsync(string channelId, PostMessageRequest request, CancellationToken cancellationToken)
    {
        var operation = BusRequest.RepeatablePost(Routes.ChannelMessages(channelId), request, WireJsonContext.Default.PostMessageRequest);
        var (posted, answer) = await Connection.SendForAnswerAsync(
            operation with { TraceParent = traceParent }, AnswerJson.Default.PostedMessage, cancellationToken);
        return posted with { IsOfEarlierCall = answer.IsOfEarlierCall };
    }

    /// <summary>Posts once for all who use the same key.</summary>
    public Task<PostedMessage> PostMessageAsync(
        string channelId, PostMessageRequest request, IdempotencyKey idempotencyKey, CancellationToken cancellationToken) =>
        SendAsync(
            BusRequest.Post(Routes.ChannelMessages(channelId), request, WireJsonContext.Default.PostMessageRequest) with
            {
                IdempotencyKey = idempotencyKey,
            },
            AnswerJson.Default.PostedMessage,
            cancellationToken);

    /// <summary>How many messages of a channel there are, by what became of them.</summary>
    public Task<ChannelMetrics> GetMetricsAsync(string channelId, CancellationToken cancellationToken) =>
        SendAsync(BusRequest.Get(Routes.ChannelMetrics(channelId)), AnswerJson.Default.ChannelMetrics, cancellationToken);

    /// <summary>Unexpired messages of a channel, oldest first.</summary>
    public Task<Page<Message>> ListMessagesAsync(string channelId, MessageQuery query, CancellationToken cancellationToken)
    {
        var parameters = QueryString.Of(
            ("limit", QueryString.Text(query.Limit)),
            ("cursor", query.Cursor),
            ("status", query.Status),
            ("wait", QueryString.Text(query.Wait)));
        return SendAsync(
            BusRequest.Get(Routes.ChannelMessages(channelId) + parameters) with { Wait = query.Wait },
            AnswerJson.Default.MessagePage,
            cancellationToken);
    }

    /// <summary>Reads one message; only where the bus offers <see cref="Additions.MessageRead"/>.</summary>
    /// <param name="after">A version that was seen: with it the bus may hold the request until there is a newer one.</param>
    /// <param name="wait">For how long; zero: answer at once.</param>
    public Task<MessageState> GetMessageAsync(string messageId, long? after, TimeSpan wait, CancellationToken cancellationToken)
    {
        var holds = after is not null && wait > TimeSpan.Zero;
        var parameters = holds
            ? QueryString.Of(("after", QueryString.Text(after!.Value)), ("wait", QueryString.Text(wait)))
            : "";
        var request = BusRequest.Get(Routes.Message(messageId) + parameters) with { Wait = holds ? wait : TimeSpan.Zero };
        return SendAsync(request, AnswerJson.Default.MessageState, cancellationToken);
    }

    /// <summary>Claims a message for a time.</summary>
    /// <param name="lease">Whole seconds.</param>
    /// <param name="session">Who claims; null where the bus knows no sessions.</param>
    /// <param name="idempotencyKey">Of this claim and its repetitions: they all get the first answer, even when the lease has ended meanwhile. Null: a new one.</param>
    public Task<LeasedMessage> ClaimWithLeaseAsync(
        string messageId,
        string actor,
        TimeSpan lease,
        WorkerSession? session,
        CancellationToken cancellationToken,
        IdempotencyKey? idempotencyKey = null) =>
        LeaseAsync(Routes.ClaimWithLease(messageId), actor, lease, session, idempotencyKey, cancellationToken);

    /// <summary>Claims a task that is held by a session of this key whose process is gone; only where the bus offers <see cref="Additions.TaskSessions"/>.</summary>
    /// <param name="lease">Whole seconds.</param>
    /// <param name="idempotencyKey">As for <see cref="ClaimWithLeaseAsync"/>.</param>
    public Task<LeasedMessage> TakeOverAsync(
        string messageId,
        string actor,
        TimeSpan lease,
        WorkerSession session,
        CancellationToken cancellationToken,
        IdempotencyKey? idempotencyKey = null) =>
        LeaseAsync(Routes.TakeOver(messageId), actor, lease, session, idempotencyKey, cancellationToken);

    private async Task<LeasedMessage> LeaseAsync(
        string path,
        string actor,
        TimeSpan lease,
        WorkerSession? session,
        IdempotencyKey? idempotencyKey,
        CancellationToken cancellationToken)
    {
        var body = new ClaimRequest(
            actor, (int)lease.TotalSeconds, Session: session?.Secret, Detached: session is { IsDetached: true } ? true : null);
        var request = BusRequest.Post(path, body, WireJsonContext.Default.ClaimRequest);
        var (leased, answer) = await Connection.SendForAnswerAsync(
            request with { TraceParent = traceParent, IdempotencyKey = idempotencyKey ?? request.IdempotencyKey },
            AnswerJson.Default.LeasedMessage,
            cancellationToken);
        return leased with { Deliveries = answer.Deliveries };
    }

    /// <summary>Claims a message without a lease. Its holder gets its own claim back, unchanged.</summary>
    public Task<ClaimOutcome> ClaimAsync(string messageId, string actor, CancellationToken cancellationToken) =>
        SendAsync(
            BusRequest.Post(Routes.Claim(messageId), new ClaimRequest(actor), WireJsonContext.Default.ClaimRequest),
            AnswerJson.Default.ClaimOutcome,
            cancellationToken);

    /// <summary>Renews a lease, which then lasts this long from now.</summary>
    /// <param name="lease">Whole seconds.</param>
    /// <param name="session">Who renews; null where the bus knows no sessions.</param>
    public Task<Lease> RenewLeaseAsync(string leaseToken, TimeSpan lease, WorkerSession? session, CancellationToken cancellationToken) =>
        SendAsync(
            BusRequest.Post(
                Routes.Heartbeat(leaseToken),
                new HeartbeatRequest((int)lease.TotalSeconds, session?.Secret),
                WireJsonContext.Default.HeartbeatRequest),
            AnswerJson.Default.Lease,
            cancellationToken);

    /// <summary>Shows the bus that a session lives, for as long as the bus holds the request.</summary>
    /// <param name="wait">Longer than any bus holds it.</param>
    public Task<StatusAnswer> StayPresentAsync(WorkerSession session, TimeSpan wait, CancellationToken cancellationToken) =>
        SendAsync(
            BusRequest.Post(Routes.Presence, new PresenceRequest(session.Secret), WireJsonContext.Default.PresenceRequest) with
            {
                IdempotencyKey = null,
                Wait = wait,
            },
            AnswerJson.Default.StatusAnswer,
            cancellationToken);

    /// <param name="session">Who gives it back; null where the bus knows no sessions.</param>
    /// <param name="leaseToken">The lease that ends, if it is known: giving back another claim of the same task is another operation.</param>
    public Task<ClaimOutcome> ReleaseAsync(
        string messageId, string actor, WorkerSession? session, CancellationToken cancellationToken, string? leaseToken = null) =>
        SendAsync(
            BusRequest.RepeatablePost(
                Routes.Release(messageId),
                new ClaimRequest(actor, Session: session?.Secret),
                WireJsonContext.Default.ClaimRequest,
                leaseToken),
            AnswerJson.Default.ClaimOutcome,
            cancellationToken);

    /// <param name="leaseToken">The lease under which the work was done; null: none, or the bus does not look at it.</param>
    /// <param name="session">Who did the work; null where the bus knows no sessions.</param>
    public Task<ClaimOutcome> AcknowledgeAsync(
        string messageId,
        string actor,
        JsonElement? metadata,
        string? leaseToken,
        string? result,
        WorkerSession? session,
        CancellationToken cancellationToken) =>
        SendAsync(
            BusRequest.RepeatablePost(
                Routes.Ack(messageId),
                new ClaimRequest(actor, Metadata: metadata, LeaseToken: leaseToken, Result: result, Session: session?.Secret),
                WireJsonContext.Default.ClaimRequest),
            AnswerJson.Default.ClaimOutcome,
            cancellationToken);

    public Task<AccessRequestOutcome> RequestAccessAsync(
        string channel, string? reason, CancellationToken cancellationToken) =>
        SendAsync(
            BusRequest.RepeatablePost(Routes.AccessRequests(channel), new AccessRequestBody(reason), WireJsonContext.Default.AccessRequestBody),
            AnswerJson.Default.AccessRequestOutcome,
            cancellationToken);

    private Task<T> SendAsync<T>(BusRequest request, JsonTypeInfo<T> answerType, CancellationToken cancellationToken)
        where T : class =>
        Connection.SendAsync(request with { TraceParent = traceParent }, answerType, cancellationToken);
}
