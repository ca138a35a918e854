using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Telemetry;

namespace Backchannel.Native.Bus.Http;

/// <summary>A span for each request that is part of a trace. The others are only counted: most of them are waits and renewals.</summary>
internal sealed class RequestSpans(Tracer tracer)
{
    /// <param name="method">A known one.</param>
    public void Record(ApiRequest request, string method, int status, TimeSpan duration)
    {
        if (request.Trace is not { } trace)
        {
            return;
        }

        // The template, because a path may hold the token of a lease.
        using var span = tracer.Begin(SpanKind.Server, $"{method} {request.Template}", trace, tracer.Now - duration);
        span.Set("http.request.method", method);
        span.Set("http.route", request.Template);
        span.Set("http.response.status_code", status);
        span.Error = status >= 500 ? $"{status}" : null;
    }
}
