using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Tls;

public sealed class TlsConnectionsTests : IDisposable
{
    private const byte Alert = 0x15;
    private const byte Handshake = 0x16;

    private readonly string folder = Directory.CreateTempSubdirectory("tls-").FullName;

    [Fact]
    public async Task A_bus_with_a_certificate_speaks_TLS_and_says_so()
    {
        var (files, thumbprint) = WriteCertificate();
        await using var bus = await TestBus.StartAsync(options => options with { Tls = files });
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == thumbprint;
        using var http = new HttpClient(handler);

        using var health = await http.GetAsync(new Uri($"https://127.0.0.1:{new Uri(bus.BaseUrl).Port}/health"));

        Assert.Equal(200, (int)health.StatusCode);
        Assert.StartsWith("https://", bus.BaseUrl, StringComparison.Ordinal);
        Assert.True(health.Headers.Contains("Strict-Transport-Security"));
        using var body = JsonDocument.Parse(await health.Content.ReadAsByteArrayAsync());
        Assert.StartsWith("https://127.0.0.1:", body.RootElement.GetProperty("status_url").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x02, Alert)]
    [InlineData(0x03, Handshake)]
    public async Task A_client_that_offers_less_than_TLS_1_2_is_turned_away(byte offered, byte answered)
    {
        await using var bus = await TestBus.StartAsync(options => options with { Tls = WriteCertificate().Files });
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, new Uri(bus.BaseUrl).Port);

        await client.SendAsync(ClientHello(offered), Deadline.Token());

        var record = new byte[1];
        Assert.Equal(1, await client.ReceiveAsync(record, Deadline.Token()));
        Assert.Equal(answered, record[0]);
    }

    [Fact]
    public async Task A_client_that_never_begins_TLS_is_let_go()
    {
        await using var bus = await TestBus.StartAsync(options => options with { Tls = WriteCertificate().Files, HeadersTimeout = TimeSpan.FromSeconds(1) });
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, new Uri(bus.BaseUrl).Port);

        Assert.True(await IsLetGoAsync(client));
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_read_stops_the_start()
    {
        var files = (Path.Combine(folder, "cert.pem"), Path.Combine(folder, "key.pem"));
        await File.WriteAllTextAsync(files.Item1, "nothing");
        await File.WriteAllTextAsync(files.Item2, "nothing");

        await Assert.ThrowsAsync<CryptographicException>(() => TestBus.StartAsync(options => options with { Tls = files }));
    }

    /// <summary>The handshake's deadline ends a connection, the limit for silent ones resets it: whichever comes first.</summary>
    private static async Task<bool> IsLetGoAsync(Socket client)
    {
        try
        {
            return await client.ReceiveAsync(new byte[1], Deadline.Token()) == 0;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }

    private ((string Certificate, string Key) Files, string Thumbprint) WriteCertificate()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", ecdsa, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var files = (Certificate: Path.Combine(folder, "cert.pem"), Key: Path.Combine(folder, "key.pem"));
        File.WriteAllText(files.Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(files.Key, ecdsa.ExportPkcs8PrivateKeyPem());
        return (files, certificate.Thumbprint);
    }

    /// <summary>The first record of a client whose newest version has this minor number (2: TLS 1.1), with suites that both versions know.</summary>
    private static byte[] ClientHello(byte minor)
    {
        byte[] extensions =
        [
            0x00, 0x0a, 0x00, 0x04, 0x00, 0x02, 0x00, 0x17, // supported_groups: secp256r1
            0x00, 0x0b, 0x00, 0x02, 0x01, 0x00, // ec_point_formats: uncompressed
            0x00, 0x0d, 0x00, 0x06, 0x00, 0x04, 0x04, 0x03, 0x02, 0x03, // signature_algorithms: ecdsa with SHA-256, SHA-1
        ];
        byte[] body =
        [
            0x03, minor, .. new byte[32], 0x00, // version, random, no session
            0x00, 0x04, 0xc0, 0x2b, 0xc0, 0x09, // ECDHE-ECDSA with AES-128 GCM, CBC
            0x01, 0x00, 0x00, (byte)extensions.Length, .. extensions,
        ];
        return [Handshake, 0x03, 0x01, 0x00, (byte)(body.Length + 4), 0x01, 0x00, 0x00, (byte)body.Length, .. body];
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
