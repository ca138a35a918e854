using System.Buffers;
using System.IO.Pipelines;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Wire;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http;

namespace Backchannel.Native.Bus.Http;

/// <summary>Reads bodies, with a length or in chunks, within limits.</summary>
internal sealed class RequestBody(BusOptions options, TimeProvider timeProvider)
{
    /// <summary>A body above the limit is read and dropped up to this multiple of it, so that its sender gets the refusal and not a broken connection.</summary>
    private const int PatienceWithLarge = 16;

    /// <param name="isPublic">Whether its sender needs no key; then the limit is lower.</param>
    /// <exception cref="ApiException">Larger than allowed, too slow, or not readable as HTTP.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, bool isPublic, CancellationToken cancellationToken)
    {
        if (IsEmpty(request))
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        var limit = isPublic ? Math.Min(options.MaxPublicRequestBytes, options.MaxRequestBytes) : options.MaxRequestBytes;
        if (request.ContentLength is { } announced && announced > (request.Headers.Expect.Count > 0 ? limit : limit * PatienceWithLarge))
        {
            EndConnection(request);
            throw TooLarge();
        }

        LiftLimit(request);
        try
        {
            return await ReadToEndAsync(request, limit, cancellationToken);
        }
        catch (Exception problem) when (IsOfTheBody(problem))
        {
            throw Refuse(request, problem);
        }
    }

    /// <summary>Hands the body out in parts. Who reads it sets the limit of its size.</summary>
    /// <remarks>As much time as a whole body has otherwise, a part as large as the largest of those has here.</remarks>
    public async Task<Reply> StreamAsync(HttpRequest request, Func<BodyReader, Task<Reply>> run, CancellationToken cancellationToken)
    {
        LiftLimit(request);
        var stream = new PartReader(request.BodyReader, options, timeProvider, cancellationToken) { IsAtEnd = IsEmpty(request) };
        try
        {
            return await run(async buffer =>
            {
                try
                {
                    return await stream.FillAsync(buffer);
                }
                catch (Exception problem) when (IsOfTheBody(problem))
                {
                    throw Refuse(request, problem);
                }
            });
        }
        finally
        {
            await stream.DisposeAsync();
            if (!stream.IsAtEnd)
            {
                EndConnection(request);
            }
        }
    }

    private static bool IsEmpty(HttpRequest request) => request.ContentLength == 0 || request is { ContentLength: null, Headers.TransferEncoding.Count: 0 };

    // The server would end the connection at its limit; what is read here is counted here.
    private static void LiftLimit(HttpRequest request)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }
    }

    // InvalidOperationException: a trailer that is not text. For a header the server would report this as the sender's fault itself.
    private static bool IsOfTheBody(Exception problem) => problem is BadHttpRequestException or TimeoutException or IOException or InvalidOperationException;

    private static ApiException Refuse(HttpRequest request, Exception problem)
    {
        EndConnection(request);
        return problem switch
        {
            TimeoutException or BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => new ApiException(
                408, ErrorCodes.RequestTimeout, "The request body came in too slowly. Nothing was done; send the request again."),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => TooLarge(),
            _ => new ApiException(400, ErrorCodes.InvalidBody, "The request body cannot be read as HTTP: its length, its chunks or its trailers are wrong."),
        };
    }

    private static ApiException TooLarge() => new(413, ErrorCodes.RequestTooLarge, "The request body is larger than this bus accepts.");

    // The rest of such a body could be mistaken for a next request.
    private static void EndConnection(HttpRequest request)
    {
        if (!request.HttpContext.Response.HasStarted)
        {
            request.HttpContext.Response.Headers.Connection = "close";
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadToEndAsync(HttpRequest request, long limit, CancellationToken cancellationToken)
    {
        var reader = request.BodyReader;
        var dropped = 0L;
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

                if (dropped + read.Buffer.Length > limit)
                {
                    dropped += read.Buffer.Length;
                    reader.AdvanceTo(read.Buffer.End);
                    if (read.IsCompleted || dropped > limit * PatienceWithLarge)
                    {
                        if (!read.IsCompleted)
                        {
                            EndConnection(request);
                        }

                        throw TooLarge();
                    }

                    continue;
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
