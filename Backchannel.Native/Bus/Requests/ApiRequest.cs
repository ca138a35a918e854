using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Telemetry;
using Backchannel.Native.Wire;
using Microsoft.AspNetCore.Http;

namespace Backchannel.Native.Bus.Requests;

/// <summary>A request as its endpoint sees it.</summary>
internal sealed class ApiRequest(HttpContext http, CallerAddress caller, string path, string requestId, string baseUrl)
{
    public const string Unknown = "unknown";

    private ApiKeyRecord? key;
    private JsonFields? fields;

    /// <summary>The raw path, without query.</summary>
    public string Path { get; } = path;

    public string RequestId { get; } = requestId;

    /// <summary>The bus's address as clients should use it.</summary>
    public string BaseUrl { get; } = baseUrl;

    /// <summary>The template of the path that was found.</summary>
    /// <value>Until then <see cref="Unknown"/>.</value>
    public string Template { get; set; } = Unknown;

    public RouteValues Route { get; set; }

    public QueryFields Query { get; init; }

    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>Longest metadata that is accepted.</summary>
    public required int MaxMetadataBytes { get; init; }

    /// <summary>The calling key, on routes that need one.</summary>
    public ApiKeyRecord Key
    {
        get => key ?? throw new InvalidOperationException("This route does not ask for a key.");
        set => key = value;
    }

    /// <summary>The id of the calling key; null where none was asked for or given.</summary>
    public string? KeyId => key?.KeyId;

    /// <summary>The body as a JSON object.</summary>
    public JsonFields Fields => fields ??= JsonFields.Parse(Body, MaxMetadataBytes);

    public string Method => http.Request.Method;

    /// <summary>The trace that the request is part of; null: none, or the header is none that can be read.</summary>
    public TraceContext? Trace => TraceContext.Parse(Header(HeaderNames.TraceParent));

    public string? RemoteAddress => caller.Source?.ToString();

    /// <summary>What a limit per address counts; empty on a Unix socket.</summary>
    public string AddressSubject => Requests.AddressSubject.Of(caller.Source);

    /// <summary>The length of the body as the sender gave it; null for none.</summary>
    public long? AnnouncedLength => http.Request.ContentLength;

    /// <summary>A header; null when it is absent or empty.</summary>
    public string? Header(string name) => http.Request.Headers[name] is [{ Length: > 0 } value, ..] ? value : null;
}
