using System.Buffers;
using System.IO.Pipelines;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Wire;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http;

namespace Backchannel.Native.Bus.Http;

/// <summary>Reads bodies, with a length or in chunks, within limits.</summary>
internal sealed class RequestBody(BusOptions options, TimeProvider timeProvider)
{
    /// <param name="isPublic">Whether its sender needs no key; then the limit is lower.</param>
    /// <exception cref="ApiException">Larger than allowed, too slow, or not readable as HTTP.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, bool isPublic, CancellationToken cancellationToken)
    {
        if (request.ContentLength == 0 || request is { ContentLength: null, Headers.TransferEncoding.Count: 0 })
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        if (isPublic && request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = Math.Min(options.MaxPublicRequestBytes, options.MaxRequestBytes);
        }

        try
        {
            return await ReadToEndAsync(request.BodyReader, cancellationToken);
        }
        // InvalidOperationException: a trailer that is not text. For a header the server would report this as the sender's fault itself.
        catch (Exception problem) when (problem is BadHttpRequestException or TimeoutException or IOException or InvalidOperationException)
        {
            // The rest of such a body could be mistaken for a next request.
            request.HttpContext.Response.Headers.Connection = "close";
            throw problem switch
            {
                TimeoutException or BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => new ApiException(
                    408, ErrorCodes.RequestTimeout, "The request body came in too slowly. Nothing was done; send the request again."),
                BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => new ApiException(
                    413, ErrorCodes.RequestTooLarge, "The request body is larger than this bus accepts."),
                _ => new ApiException(400, ErrorCodes.InvalidBody, "The request body cannot be read as HTTP: its length, its chunks or its trailers are wrong."),
            };
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadToEndAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        ITimer? deadline = null;
        try
        {
            while (true)
            {
                var next = reader.ReadAsync(cancellationToken);
                if (!next.IsCompleted)
                {
                    // Most bodies arrive together with their headers and need no timer.
                    deadline ??= timeProvider.CreateTimer(
                        static waiting => ((PipeReader)waiting!).CancelPendingRead(), reader, options.TransferTimeout, Timeout.InfiniteTimeSpan);
                }

                var read = await next;
                if (read.IsCanceled)
                {
                    throw new TimeoutException();
                }

                if (read.IsCompleted)
                {
                    var body = read.Buffer.ToArray();
                    reader.AdvanceTo(read.Buffer.End);
                    return body;
                }

                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        finally
        {
            if (deadline is not null)
            {
                await deadline.DisposeAsync();
            }
        }
    }
}
