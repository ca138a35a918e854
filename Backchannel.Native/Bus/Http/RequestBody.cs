using System.Buffers;
using Backchannel.Native.Wire;
using Microsoft.AspNetCore.Http;

namespace Backchannel.Native.Bus.Http;

/// <summary>Reads bodies, with a length or in chunks.</summary>
internal static class RequestBody
{
    /// <exception cref="ApiException">Larger than the server's limit, or not readable as HTTP.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength == 0 || request is { ContentLength: null, Headers.TransferEncoding.Count: 0 })
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        try
        {
            while (true)
            {
                var read = await request.BodyReader.ReadAsync(cancellationToken);
                if (read.IsCompleted)
                {
                    var body = read.Buffer.ToArray();
                    request.BodyReader.AdvanceTo(read.Buffer.End);
                    return body;
                }

                request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (BadHttpRequestException problem) when (problem.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw new ApiException(413, ErrorCodes.RequestTooLarge, "The request body is larger than this bus accepts.");
        }
    }
}
