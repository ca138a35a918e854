using System.Net;
using System.Net.Http;

namespace Backchannel.Native.Client;

/// <summary>The HTTP client that carries the requests to one bus.</summary>
internal static class BusTransport
{
    private static string? Version => typeof(BusTransport).Assembly.GetName().Version?.ToString(3);

    /// <param name="busName">What errors call the bus.</param>
    /// <param name="handler">What carries the requests; null: sockets.</param>
    public static HttpClient Create(BackchannelClientOptions options, string busName, TimeProvider time, HttpMessageHandler? handler)
    {
        // The pipeline has the deadlines.
        var client = new HttpClient(handler ?? Sockets(options, busName, time)) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", $"backchannel-mcp/{Version}");
        client.DefaultRequestHeaders.TryAddWithoutValidation("Accept", "application/json");
        return client;
    }

    private static SocketsHttpHandler Sockets(BackchannelClientOptions options, string busName, TimeProvider time)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,

            // Not Brotli: its code would be 0.9 MB of the file, and is left out (Substitutions.xml).
            AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate,
            ActivityHeadersPropagator = null,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),

            // A proxy for the internet cannot reach this machine, and must not see its keys.
            UseProxy = options.LocalBus is null && !options.BaseUrl.IsLoopback,
        };
        if (options.LocalBus is { } local)
        {
            var bus = new LocalBus(local, time);
            handler.ConnectCallback = (_, cancellation) => bus.ConnectAsync(cancellation);
        }
        else
        {
            var hosts = new HostConnector(options.OtherBaseUrls.Count > 0, time);
            handler.ConnectCallback = (context, cancellation) => hosts.ConnectAsync(context.DnsEndPoint, cancellation);
        }

        if (options.LocalBus is null && options.BaseUrl.Scheme == Uri.UriSchemeHttps)
        {
            var certificate = new BusCertificate(busName, options.BaseUrl.Host);
            handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, chain, errors) => certificate.Accept(shown, chain, errors);
        }

        return handler;
    }
}
