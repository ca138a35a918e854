using System.Net.Http;
using System.Net.Http.Headers;

namespace Backchannel.Native.Client;

/// <summary>The body of an upload, sent while it is read.</summary>
internal static class FileContent
{
    /// <summary>A transfer that is slower than this, over its whole length, is given up.</summary>
    private const long SlowestBytesPerSecond = 256 * 1024;

    private const int BufferBytes = 64 * 1024;

    private static readonly MediaTypeHeaderValue Bytes = new("application/octet-stream");

    /// <param name="stream">Closed when it was sent.</param>
    public static HttpContent Of(Stream stream, long length)
    {
        var content = new StreamContent(stream, BufferBytes);
        content.Headers.ContentType = Bytes;

        // A file that has become shorter or longer does not go out under this length.
        content.Headers.ContentLength = length;
        return content;
    }

    public static TimeSpan TimeFor(long length) => TimeSpan.FromSeconds((double)length / SlowestBytesPerSecond);
}
