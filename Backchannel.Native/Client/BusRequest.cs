using System.Net.Http;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Backchannel.Native.Client;

/// <summary>One operation on the bus; every attempt sends the same.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path and query below the base URL, percent-encoded.</param>
internal sealed record BusRequest(HttpMethod Method, string Path)
{
    /// <summary>One JSON object in UTF-8; empty: none.</summary>
    public byte[] Body { get; init; } = [];

    /// <summary>A body that is not held in memory, in the place of <see cref="Body"/>: makes it anew for each attempt. Null: none.</summary>
    public Func<HttpContent>? Content { get; init; }

    /// <summary>Takes the body of a success while it comes in; called anew at each attempt. Null: the body is read as JSON.</summary>
    public Func<Stream, CancellationToken, Task>? Receive { get; init; }

    /// <summary>Whether a success may hold any text. Otherwise one that is not JSON is taken for a broken answer, and asked for again.</summary>
    public bool AsksForText { get; init; }

    /// <summary>Null: reading only, or an endpoint that knows no such key.</summary>
    public IdempotencyKey? IdempotencyKey { get; init; }

    /// <summary>Whether it keeps its idempotency key while nobody knows whether it was done: see <see cref="UndecidedWrites"/>.</summary>
    public bool IsRepeatable { get; init; }

    /// <summary>Tells apart what has the same bytes and is not the same: two releases of one task, for example.</summary>
    public string? Occasion { get; init; }

    /// <summary>A W3C <c>traceparent</c>.</summary>
    public string? TraceParent { get; init; }

    /// <summary>How long the bus was asked to hold the request open, or a large body may take; added to every deadline.</summary>
    public TimeSpan Wait { get; init; }

    public bool IsWrite => Method != HttpMethod.Get && !IsReading;

    /// <summary>Whether it changes nothing, although it has a body.</summary>
    public bool IsReading { get; init; }

    /// <summary>Whether the request carries the API key.</summary>
    public bool Authenticated { get; init; } = true;

    /// <summary>Whether the path has a step <c>.</c> or <c>..</c> in it, which would lead to another operation, in whichever form <see cref="Uri"/> takes it.</summary>
    public bool HasDotSegment
    {
        get
        {
            var path = (Path.IndexOf('?') is >= 0 and var query ? Path[..query] : Path).Replace("%2e", ".", StringComparison.OrdinalIgnoreCase);
            foreach (var range in path.AsSpan().SplitAny('/', '\\'))
            {
                if (path.AsSpan()[range] is "." or "..")
                {
                    return true;
                }
            }

            return false;
        }
    }

    public static BusRequest Get(string path) => new(HttpMethod.Get, path);

    /// <summary>One intended write: the key is new, so that a bus that caches answers by key or by bytes does not take it for an earlier one.</summary>
    public static BusRequest Post<T>(string path, T body, JsonTypeInfo<T> bodyType) => new(HttpMethod.Post, path)
    {
        Body = JsonSerializer.SerializeToUtf8Bytes(body, bodyType),
        IdempotencyKey = Client.IdempotencyKey.New(),
    };

    /// <summary>A question that needs a body.</summary>
    public static BusRequest Ask<T>(string path, T body, JsonTypeInfo<T> bodyType) => new(HttpMethod.Post, path)
    {
        Body = JsonSerializer.SerializeToUtf8Bytes(body, bodyType),
        IsReading = true,
    };

    /// <summary>A write that keeps its key while nobody knows whether it was done.</summary>
    /// <param name="occasion">See <see cref="Occasion"/>.</param>
    /// <remarks>Not for claims and renewals: the first answer of those says nothing about now.</remarks>
    public static BusRequest RepeatablePost<T>(string path, T body, JsonTypeInfo<T> bodyType, string? occasion = null) =>
        Post(path, body, bodyType) with { IsRepeatable = true, Occasion = occasion };
}
