using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;
using Microsoft.AspNetCore.Http;

namespace Backchannel.Native.Bus.Http;

/// <summary>Runs writes. A write that is repeated with the same key gets the first answer again.</summary>
internal sealed class IdempotentWrites(BusDatabase database, TimeProvider timeProvider) : IDisposable
{
    private readonly OutsideWork outside = new(database, timeProvider);

    public async Task<Reply> RunAsync(HttpContext http, WriteEndpoint endpoint, ApiRequest request)
    {
        if (!endpoint.IsIdempotent || KeptAnswerKey.Of(request) is not { } key)
        {
            KeyScopes.Require(request.Key, endpoint.Scope);
            return await outside.CommitAsync(endpoint.Prepare(request));
        }

        var digest = KeyDigest.Of(request.Key.KeyId, key.Text);
        var operation = AnswerStore.Digest(request.Method, request.Path);
        var work = Prepare(endpoint, request);
        var reply = await outside.CommitAsync(context => RunOnce(context, digest, operation, work));
        if (reply.IsSuccess)
        {
            key.Announce(http);
        }

        return reply;
    }

    public void Dispose() => outside.Dispose();

    /// <summary>The work of a request. A kept answer takes precedence over a refusal of the body.</summary>
    private static Func<WriteContext, Reply> Prepare(WriteEndpoint endpoint, ApiRequest request)
    {
        try
        {
            KeyScopes.Require(request.Key, endpoint.Scope);
            return endpoint.Prepare(request);
        }
        catch (ApiException refusal)
        {
            return _ => throw refusal;
        }
    }

    private static Reply RunOnce(WriteContext context, KeyDigest digest, long operation, Func<WriteContext, Reply> work)
    {
        if (context.Storage.Answers.Find(digest, context.Now) is { } kept)
        {
            return kept.Operation == operation
                ? new Reply(kept.Status, kept.Body) { Deliveries = kept.Deliveries, IsReplay = true }
                : throw new ApiException(
                    422,
                    ErrorCodes.IdempotencyKeyReused,
                    "This Idempotency-Key was used for another method or path within a day. Use a new key for each operation.");
        }

        var reply = work(context);
        if (reply.IsSuccess)
        {
            context.Storage.Answers.Add(digest, context.NextTime(), new KeptAnswer(operation, reply.Status, reply.Body, reply.Deliveries));
        }

        return reply;
    }
}
