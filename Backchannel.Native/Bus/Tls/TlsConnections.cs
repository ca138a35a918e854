using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Backchannel.Native.Bus.Tls;

/// <summary>Puts TLS between a connection and HTTP.</summary>
/// <remarks>Kestrel's own TLS needs the services of a host, which a bus does not have.</remarks>
internal sealed class TlsConnections(SslStreamCertificateContext certificate, TimeSpan handshakeTimeout, TimeProvider timeProvider)
{
    public async Task RunAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        var plain = connection.Transport;
        await using var stream = new SslStream(new PipeStream(plain));
        if (!await TryHandshakeAsync(stream, connection.ConnectionClosed))
        {
            return;
        }

        // Kestrel derives the scheme "https" from this feature.
        connection.Features.Set<ITlsConnectionFeature>(new Feature());
        var secured = new Pipes(PipeReader.Create(stream), PipeWriter.Create(stream));
        connection.Transport = secured;
        try
        {
            await next(connection);
        }
        finally
        {
            await secured.Input.CompleteAsync();
            await secured.Output.CompleteAsync();
            connection.Transport = plain;
        }
    }

    private async Task<bool> TryHandshakeAsync(SslStream stream, CancellationToken closed)
    {
        using var deadline = new CancellationTokenSource(handshakeTimeout, timeProvider);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, closed);
        try
        {
            await stream.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = certificate,
                    ApplicationProtocols = [SslApplicationProtocol.Http11],
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    AllowRenegotiation = false,
                },
                ending.Token);
            return true;
        }
        catch (Exception problem) when (problem is AuthenticationException or IOException or OperationCanceledException or InvalidOperationException)
        {
            // The client does not speak TLS, or no version that the bus accepts.
            return false;
        }
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Feature : ITlsConnectionFeature
    {
        public X509Certificate2? ClientCertificate { get; set; }

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
    }
}
