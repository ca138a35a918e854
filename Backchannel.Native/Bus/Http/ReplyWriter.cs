using System.Globalization;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Wire;
using Microsoft.AspNetCore.Http;

namespace Backchannel.Native.Bus.Http;

/// <summary>Writes answers. A client that does not receive its answer in time is disconnected, so that the answer does not stay in memory.</summary>
internal sealed class ReplyWriter(BusOptions options, TimeProvider timeProvider, CancellationToken stopping)
{
    public async Task WriteAsync(HttpContext http, Reply reply)
    {
        var response = http.Response;
        response.StatusCode = reply.Status;
        if (reply.Status < 400)
        {
            response.Headers.Link = CommonHeaders.Links;
        }

        if (reply.IsDeprecated)
        {
            response.Headers["Deprecation"] = "true";
            response.Headers["Sunset"] = "2027-01-01";
        }

        if (reply.IsReplay)
        {
            response.Headers[HeaderNames.IdempotentReplay] = "true";
        }

        if (reply.Location is { } location)
        {
            response.Headers.Location = location;
        }

        if (reply.Additions is { } additions)
        {
            response.Headers[HeaderNames.Additions] = additions;
            response.Headers.Server = $"backchannel-mcp/{ProductVersion.Text}";
        }

        if (reply.Deliveries is { } deliveries)
        {
            response.Headers[HeaderNames.Deliveries] = deliveries.ToString(CultureInfo.InvariantCulture);
        }

        if (stopping.IsCancellationRequested)
        {
            response.Headers.Connection = "close";
        }

        if (reply.Body.IsEmpty)
        {
            return;
        }

        response.ContentType = reply.ContentType;
        response.ContentLength = reply.Body.Length;
        try
        {
            var sending = response.BodyWriter.WriteAsync(reply.Body, http.RequestAborted);
            if (sending.IsCompleted)
            {
                await sending;
                return;
            }

            await using var deadline = timeProvider.CreateTimer(
                static caller => ((HttpContext)caller!).Abort(), http, options.TransferTimeout, Timeout.InfiniteTimeSpan);
            await sending;
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has disconnected.
        }
    }
}
