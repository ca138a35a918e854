using System.Net.Http;

namespace Backchannel.Native.Client;

/// <summary>One operation on the bus; every attempt sends the same.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path and query below the base URL, percent-encoded.</param>
internal sealed record BusRequest(HttpMethod Method, string Path)
{
    /// <summary>One JSON object in UTF-8; empty: none.</summary>
    public byte[] Body { get; init; } = [];

    /// <summary>Null: reading only, or an endpoint that knows no such key.</summary>
    public IdempotencyKey? IdempotencyKey { get; init; }

    /// <summary>What the operation is called when it is repeated: see <see cref="UndecidedWrites"/>. Null: each request is another one.</summary>
    public string? Operation { get; init; }

    /// <summary>A W3C <c>traceparent</c>.</summary>
    public string? TraceParent { get; init; }

    /// <summary>How long the bus was asked to hold the request open; added to every deadline.</summary>
    public TimeSpan Wait { get; init; }

    public bool IsWrite => Method != HttpMethod.Get;

    /// <summary>Whether the request carries the API key.</summary>
    public bool Authenticated { get; init; } = true;
}
