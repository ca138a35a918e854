using System.Net.Http.Headers;
using System.Net.Http;
using System.Net.Sockets;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Webhooks;

/// <summary>Sends events to addresses that callers chose.</summary>
/// <remarks>
/// An address may be chosen to reach what only this machine can reach. So there are no redirects, no proxy and no cookies, and the IP address is
/// checked when the connection is made: a name server could answer a check with one address and the connection with another.
/// </remarks>
internal sealed class WebhookClient : IDisposable
{
    private const int MaxConnectionsPerTarget = 8;

    private readonly bool allowPrivate;
    private readonly HttpClient http;

    public WebhookClient(bool allowPrivate)
    {
        this.allowPrivate = allowPrivate;
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            MaxConnectionsPerServer = MaxConnectionsPerTarget,
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 64 * 1024,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectCallback = ConnectAsync,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <returns>The status of the answer. Its body is not read.</returns>
    /// <exception cref="HttpRequestException">There was no answer, or the address is not allowed.</exception>
    public async Task<int> SendAsync(WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, delivery.Url) { Content = new ReadOnlyMemoryContent(delivery.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Backchannel-Webhook", "1"));
        if (delivery.Secret is { } secret)
        {
            request.Headers.Add(HeaderNames.WebhookSignature, Sign(secret, delivery.Body.Span));
        }

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return (int)response.StatusCode;
    }

    public void Dispose() => http.Dispose();

    private static string Sign(string secret, ReadOnlySpan<byte> body) =>
        "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var found = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        var addresses = allowPrivate ? found : Array.FindAll(found, PublicAddress.Is);
        if (addresses.Length == 0)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, "The address is not public; --allow-private-webhooks lets such targets in.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
