using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Requests;

/// <summary>How the requests of one route are handled.</summary>
/// <param name="NeedsKey">Whether a valid API key is required; such requests count against its rate.</param>
internal abstract record ApiEndpoint(bool NeedsKey)
{
    /// <summary>The path it was added at, with its variable segments in braces.</summary>
    public string Template { get; init; } = "";

    /// <summary>The scope that a key with a list of scopes has to have; null: none.</summary>
    public string? Scope { get; init; }

    /// <summary>Whether a caller needs no key. Such requests count against the limit of their address.</summary>
    public bool IsPublic => !NeedsKey && BeforeKey is null;

    /// <summary>A check that comes before that of the key; null: none.</summary>
    public Action<ApiRequest>? BeforeKey { get; init; }
}

/// <summary>Answers from what is stored.</summary>
internal sealed record ReadEndpoint(Func<ApiRequest, StorageSession, Reply> Read) : ApiEndpoint(NeedsKey: true);

/// <summary>Changes something. <paramref name="Prepare"/> checks the request without the database; what it returns runs in the writer.</summary>
internal sealed record WriteEndpoint(Func<ApiRequest, Func<WriteContext, Reply>> Prepare) : ApiEndpoint(NeedsKey: true)
{
    /// <summary>Whether a successful answer is kept and given again to a repetition.</summary>
    public bool IsIdempotent { get; init; } = true;
}

/// <summary>Takes a body that is too large to be held in memory, and reads it to its end.</summary>
internal sealed record StreamEndpoint(Func<ApiRequest, BodyReader, Task<Reply>> Run) : ApiEndpoint(NeedsKey: true);

/// <summary>Waits for a change, or does not fit one read or one write of the database.</summary>
internal sealed record AsyncEndpoint(Func<ApiRequest, CancellationToken, Task<Reply>> Run, bool NeedsKey) : ApiEndpoint(NeedsKey)
{
    /// <summary>Whether answers name an idempotency key as those of writes do, although no answer is kept.</summary>
    public bool AnnouncesKey { get; init; }
}
