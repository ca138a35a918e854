using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Backchannel.Native.Tests.Support.Servers;

/// <summary>A TLS proxy before a server; an authority of its own signed the certificate.</summary>
internal sealed class TlsFront : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly X509Certificate2 certificate;
    private readonly Uri target;
    private readonly Task accepting;

    /// <param name="target">The plain server behind it.</param>
    /// <param name="name">The host name that the certificate is for, beside 127.0.0.1.</param>
    public TlsFront(Uri target, string name)
        : this(target, name, TimeSpan.FromDays(1))
    {
    }

    /// <param name="target">The plain server behind it.</param>
    /// <param name="name">The host name that the certificate is for, beside 127.0.0.1.</param>
    /// <param name="left">How long the certificate is still valid; negative: it has run out.</param>
    public TlsFront(Uri target, string name, TimeSpan left)
    {
        this.target = target;
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        var authority = new CertificateRequest("CN=Test authority", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authority.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using var root = authority.CreateSelfSigned(now.AddDays(-9), now.AddDays(9));
        AuthorityPem = root.ExportCertificatePem() + "\n";
        certificate = Sign(root, name, now, left);
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>The certificate of the authority, for clients that are to trust the server.</summary>
    public string AuthorityPem { get; }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await accepting;
        listener.Stop();
        certificate.Dispose();
        stop.Dispose();
    }

    private static X509Certificate2 Sign(X509Certificate2 root, string name, DateTimeOffset now, TimeSpan left)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(root, now.AddDays(-8), now + left, RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await listener.AcceptSocketAsync(stop.Token)));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stop.Token);
            using var server = new TcpClient();
            await server.ConnectAsync(this.target.Host, this.target.Port, stop.Token);
            var plain = server.GetStream();
            await Task.WhenAny(tls.CopyToAsync(plain, stop.Token), plain.CopyToAsync(tls, stop.Token));
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            // The other side left, or does not trust the certificate; the test looks at the other side.
        }
    }
}
