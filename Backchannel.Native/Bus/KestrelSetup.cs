using Backchannel.Native.Bus.Connections;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Backchannel.Native.Bus;

/// <summary>Sets the web server up: limits, the address or socket, TLS, and who may be connected.</summary>
internal static class KestrelSetup
{
    public static ConnectionGate BuildGate(BusOptions options, TimeProvider timeProvider, BusLog log)
    {
        var room = FileLimit.MakeRoomFor(options.MaxConnections);
        if (room < options.MaxConnections)
        {
            log.FewerConnections(options.MaxConnections, room);
        }

        return new ConnectionGate(room, options.MaxConnectionsPerAddress, options.HeadersTimeout, options.TrustedProxies, timeProvider);
    }

    // Kestrel without a host: the host's services and configuration would cost memory in every stdio session, which starts no bus.
    public static KestrelServer Build(
        BusOptions options, OpenConnections connections, ConnectionGate gate, SocketFile? socket, TimeProvider timeProvider)
    {
        var tls = options.Tls is { } files ? new TlsConnections(TlsCertificate.Load(files.Certificate, files.Key), options.HeadersTimeout, timeProvider) : null;
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Limits.MaxRequestBodySize = options.MaxRequestBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = options.MaxHeaderBytes;
        kestrel.Limits.RequestHeadersTimeout = options.HeadersTimeout;
        kestrel.Limits.KeepAliveTimeout = options.KeepAliveTimeout;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(options.MinDataRate, options.DataRateGrace);
        kestrel.Limits.MinResponseDataRate = new MinDataRate(options.MinDataRate, options.DataRateGrace);
        if (options.SocketPath is { } path)
        {
            kestrel.ListenUnixSocket(path, Configure);
        }
        else
        {
            kestrel.Listen(options.Listen, Configure);
        }

        // A request runs on the thread that received it (in `serve` one that watches the sockets, Cli/SocketThreads.cs). What would keep that
        // thread goes to the pool: reads of the database, and writes while the disk is slow.
        var transport = new SocketTransportOptions { UnsafePreferInlineScheduling = true };
        if (socket is not null)
        {
            transport.CreateBoundListenSocket = socket.Bind;
        }

        var sockets = new SocketTransportFactory(Options.Create(transport), NullLoggerFactory.Instance);
        return new KestrelServer(Options.Create(kestrel), sockets, NullLoggerFactory.Instance);

        void Configure(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection => AdmitAsync(next, connection));
            if (tls is not null)
            {
                listen.Use(next => connection => tls.RunAsync(next, connection));
            }
        }

        async Task AdmitAsync(ConnectionDelegate next, ConnectionContext connection)
        {
            if (gate.Enter(connection) is not { } entered)
            {
                connection.Abort();
                return;
            }

            connection.Features.Set(entered);
            connections.Change(1);
            try
            {
                await next(connection);
            }
            finally
            {
                connections.Change(-1);
                gate.Leave(entered);
            }
        }
    }
}
