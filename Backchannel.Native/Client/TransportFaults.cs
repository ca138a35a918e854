using System.ComponentModel;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Polly;

namespace Backchannel.Native.Client;

/// <summary>Which exceptions mean that a request got no usable answer.</summary>
/// <remarks>
/// The platform does not wrap everything in <see cref="HttpRequestException"/>: it asks a new connection for the peer's address,
/// for example, and where the peer is gone by then a bare <see cref="SocketException"/> comes out. What is not listed here, such as
/// a null reference, is a bug.
/// </remarks>
internal static class TransportFaults
{
    /// <summary>Of a request that nobody cancelled.</summary>
    public static bool Is(Exception exception) => IsAboutTheAnswer(exception) || exception
        is HttpRequestException
        or Win32Exception
        or AuthenticationException
        or CryptographicException
        or InvalidOperationException
        or UnauthorizedAccessException
        or NotSupportedException
        or TimeoutException
        or OperationCanceledException
        or ExecutionRejectedException;

    /// <summary>An answer came that broke off or cannot be read.</summary>
    public static bool IsAboutTheAnswer(Exception exception) => exception
        is IOException
        or InvalidDataException
        or JsonException
        or FormatException
        or ArithmeticException
        or DecoderFallbackException
        or EncoderFallbackException;

    /// <summary>Whether the request cannot have reached the bus: there was no connection to send it on.</summary>
    public static bool IsBeforeSending(Exception exception) => exception is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
    };
}
