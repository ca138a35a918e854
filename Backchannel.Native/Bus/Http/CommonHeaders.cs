using System.Globalization;
using Backchannel.Native.Wire;
using Microsoft.AspNetCore.Http;

namespace Backchannel.Native.Bus.Http;

/// <summary>The headers of every answer.</summary>
internal static class CommonHeaders
{
    private const string ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";

    public static void Add(HttpContext http, string requestId, SlidingWindow requests)
    {
        var headers = http.Response.Headers;
        headers[HeaderNames.RequestId] = requestId;
        headers.TraceParent = http.Request.Headers.TraceParent is [{ Length: > 0 and <= 128 } received, ..] && received.All(char.IsAscii)
            ? received
            : TraceParent(requestId);
        headers[HeaderNames.RateLimitLimit] = requests.Limit.ToString(CultureInfo.InvariantCulture);
        headers[HeaderNames.RateLimitWindow] = requests.Window.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        headers.AccessControlAllowOrigin = "*";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
    }

    /// <summary>Tells browsers what they may send.</summary>
    public static Reply Preflight(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.AccessControlAllowMethods = "GET, POST, PUT, PATCH, DELETE, OPTIONS";
        headers.AccessControlAllowHeaders = "Content-Type, X-API-Key, Idempotency-Key, X-Admin-Token";
        headers.AccessControlMaxAge = "86400";
        return Reply.NoContent;
    }

    private static string TraceParent(string requestId)
    {
        var digits = requestId.Replace("-", "", StringComparison.Ordinal);
        return $"00-{digits}-{digits[..16]}-01";
    }
}
