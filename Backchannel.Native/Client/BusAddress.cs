using System.Net.Http;

namespace Backchannel.Native.Client;

/// <summary>One of the addresses of a bus, with the connections to it.</summary>
/// <remarks>Nothing of HTTP or TLS is touched before the first request there.</remarks>
internal sealed class BusAddress : IDisposable
{
    private readonly Lazy<HttpClient> http;
    private readonly Lazy<HttpExchange> exchange;

    /// <param name="options">Their base URL is this address.</param>
    /// <param name="transport">What carries the requests; null: sockets.</param>
    public BusAddress(BackchannelClientOptions options, TimeProvider time, HttpMessageHandler? transport)
    {
        Url = options.LocalBus is null ? BusOrigin.AddressOf(options.BaseUrl) : "http://localhost";
        Faults = new(options, options.LocalBus is { } local ? $"the local bus at {local.SocketPath}" : $"the bus at {Url}");
        http = new(() => BusTransport.Create(options, Faults.BusName, time, transport));
        exchange = new(() => new(http.Value, time));
    }

    /// <summary>In its normal form, without a trailing slash.</summary>
    public string Url { get; }

    /// <summary>What faults of this address mean.</summary>
    public BusFaults Faults { get; }

    public HttpExchange Exchange => exchange.Value;

    public void Dispose()
    {
        if (http.IsValueCreated)
        {
            http.Value.Dispose();
        }
    }
}
