using System.Globalization;
using Backchannel.Native.Bus.Memory;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Backchannel.Native.Bus.Http;

/// <summary>The headers of every answer.</summary>
/// <param name="requests">The limit of requests that they tell.</param>
internal sealed class CommonHeaders(SlidingWindow requests)
{
    private const string ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>The headers that a browser shows to scripts of other origins.</summary>
    private const string Exposed =
        $"{HeaderNames.RetryAfter}, {HeaderNames.RateLimitLimit}, {HeaderNames.RateLimitWindow}, {HeaderNames.RateLimitRemaining}, "
        + $"{HeaderNames.RequestId}, {HeaderNames.TraceParent}, {HeaderNames.IdempotencyKey}, {HeaderNames.IdempotencySource}, "
        + $"{HeaderNames.IdempotentReplay}, {HeaderNames.Deliveries}, {HeaderNames.Additions}, Server, Date, Link, Location, Deprecation, Sunset";

    /// <summary>Links to machine-readable descriptions of the bus, on every answer below 400.</summary>
    public static readonly StringValues Links =
        new(["</openapi.json>; rel=\"service-desc\"", "</.well-known/ai-manifest.json>; rel=\"ai-manifest\""]);

    private readonly string limit = requests.Limit.ToString(CultureInfo.InvariantCulture);
    private readonly string window = requests.Window.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);

    public void Add(HttpContext http, CallerAddress caller, string requestId)
    {
        var headers = http.Response.Headers;
        headers[HeaderNames.RequestId] = requestId;
        headers.TraceParent = http.Request.Headers.TraceParent is [{ Length: > 0 and <= 128 } received, ..] && IsPrintable(received)
            ? received
            : TraceParent(requestId);
        headers[HeaderNames.RateLimitLimit] = limit;
        headers[HeaderNames.RateLimitWindow] = window;
        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlExposeHeaders = Exposed;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        if (caller.Scheme == "https")
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }
    }

    /// <summary>Whether a text of a client can be sent back in a header: the server allows printable ASCII only.</summary>
    public static bool IsPrintable(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    /// <summary>Tells a browser which methods and headers scripts may send.</summary>
    public static Reply Preflight(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.AccessControlAllowMethods = "GET, POST, PUT, PATCH, DELETE, OPTIONS";
        headers.AccessControlAllowHeaders = "Content-Type, X-API-Key, Idempotency-Key, X-Admin-Token, traceparent";
        headers.AccessControlMaxAge = "86400";
        return Reply.NoContent;
    }

    private static string TraceParent(string requestId)
    {
        var digits = requestId.Replace("-", "", StringComparison.Ordinal);
        return $"00-{digits}-{digits.AsSpan(0, 16)}-01";
    }
}
