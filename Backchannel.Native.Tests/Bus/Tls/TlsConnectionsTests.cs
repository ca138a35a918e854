using System.Net.Http;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Backchannel.Native.Tests.Support;

namespace Backchannel.Native.Tests.Bus.Tls;

public sealed class TlsConnectionsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("tls-").FullName;

    [Fact]
    public async Task A_bus_with_a_certificate_speaks_TLS_and_says_so()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", ecdsa, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var files = (Certificate: Path.Combine(folder, "cert.pem"), Key: Path.Combine(folder, "key.pem"));
        await File.WriteAllTextAsync(files.Certificate, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(files.Key, ecdsa.ExportPkcs8PrivateKeyPem());
        await using var bus = await TestBus.StartAsync(options => options with { Tls = files });
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.Thumbprint;
        using var http = new HttpClient(handler);

        using var health = await http.GetAsync(new Uri($"https://127.0.0.1:{new Uri(bus.BaseUrl).Port}/health"));

        Assert.Equal(200, (int)health.StatusCode);
        Assert.StartsWith("https://", bus.BaseUrl, StringComparison.Ordinal);
        Assert.True(health.Headers.Contains("Strict-Transport-Security"));
        using var body = JsonDocument.Parse(await health.Content.ReadAsByteArrayAsync());
        Assert.StartsWith("https://127.0.0.1:", body.RootElement.GetProperty("status_url").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_read_stops_the_start()
    {
        var files = (Path.Combine(folder, "cert.pem"), Path.Combine(folder, "key.pem"));
        await File.WriteAllTextAsync(files.Item1, "nothing");
        await File.WriteAllTextAsync(files.Item2, "nothing");

        await Assert.ThrowsAsync<CryptographicException>(() => TestBus.StartAsync(options => options with { Tls = files }));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
