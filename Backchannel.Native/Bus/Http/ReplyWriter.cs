using System.Buffers;
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

        if (reply.Database is { } database)
        {
            response.Headers[HeaderNames.Database] = database;
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

        if (reply.SecurityPolicy is { } policy)
        {
            response.Headers.ContentSecurityPolicy = policy;
            response.Headers.CacheControl = "no-cache";
        }

        if (reply.ContentEncoding is { } encoding)
        {
            response.Headers.ContentEncoding = encoding;
            response.Headers.Vary = "Accept-Encoding";
        }

        if (stopping.IsCancellationRequested)
        {
            response.Headers.Connection = "close";
        }

        if (reply.Stream is { } stream)
        {
            await StreamAsync(http, stream, reply.ContentType);
            return;
        }

        if (reply.Body.IsEmpty)
        {
            return;
        }

        response.ContentType = reply.ContentType;
        response.ContentLength = reply.Body.Length;
        try
        {
            await SendAsync(http, reply.Body);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has disconnected.
        }
    }

    /// <summary>Sends a body part by part. Its first part is read before the head is sent, so that a fault of the database can still be told.</summary>
    private async Task StreamAsync(HttpContext http, StreamedBody body, string contentType)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(body.Length, body.PartBytes));
        try
        {
            var length = body.Length == 0 ? 0 : await body.ReadAsync(0, buffer);
            http.Response.ContentType = contentType;
            http.Response.ContentLength = body.Length;
            var sent = 0L;
            for (var part = 1; length > 0; part++)
            {
                await SendAsync(http, buffer.AsMemory(0, length.Value));
                sent += length.Value;
                length = sent < body.Length ? await body.ReadAsync(part, buffer) : 0;
            }

            if (sent < body.Length)
            {
                // The file was removed meanwhile. A broken connection tells it, a short answer would not.
                http.Abort();
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has disconnected.
        }
        // Catches everything: the head is sent, so nothing else can be told any more.
        catch (Exception) when (http.Response.HasStarted)
        {
            http.Abort();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task SendAsync(HttpContext http, ReadOnlyMemory<byte> content)
    {
        var sending = http.Response.BodyWriter.WriteAsync(content, http.RequestAborted);
        if (sending.IsCompleted)
        {
            await sending;
            return;
        }

        await using var deadline = timeProvider.CreateTimer(
            static caller => ((HttpContext)caller!).Abort(), http, options.TransferTimeout, Timeout.InfiniteTimeSpan);
        await sending;
    }
}
