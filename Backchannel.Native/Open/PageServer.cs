using System.Net;
using Backchannel.Native.Client;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Backchannel.Native.Open;

/// <summary>The bus's page on a free port of the loopback, for as long as a command runs.</summary>
internal sealed class PageServer : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(1);

    private readonly KestrelServer web;

    private PageServer(KestrelServer web, string address, string entryAddress)
    {
        this.web = web;
        Address = address;
        EntryAddress = entryAddress;
    }

    /// <summary><c>http://127.0.0.1:PORT</c>.</summary>
    public string Address { get; }

    /// <summary>Lets one browser in. Whoever knows it is the user: it is not logged, printed or handed to another program.</summary>
    public string EntryAddress { get; }

    /// <exception cref="IOException">No port is free.</exception>
    public static async Task<PageServer> StartAsync(BusConnection connection, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http1);
        var sockets = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        var web = new KestrelServer(Options.Create(kestrel), sockets, NullLoggerFactory.Instance);
        var entry = new EntryToken(timeProvider);
        var relay = new PageRelay(connection, entry);
        await web.StartAsync(relay, cancellationToken);
        var address = web.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        relay.Host = new Uri(address).Authority;
        return new PageServer(web, address, $"{address}{PageRelay.EntryPath}?token={entry.Text}");
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(StopLimit);
        await web.StopAsync(patience.Token);
        web.Dispose();
    }
}
