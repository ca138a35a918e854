using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Backchannel.Native.Bus.Tls;

/// <summary>Reads the certificate of the bus.</summary>
internal static class TlsCertificate
{
    /// <param name="certificate">A file in PEM form: the bus's certificate first, then the intermediate ones.</param>
    /// <param name="key">A file in PEM form with the private key.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">They cannot be read, or do not belong together.</exception>
    public static SslStreamCertificateContext Load(string certificate, string key)
    {
        var own = Read(certificate, key);
        if (OperatingSystem.IsWindows())
        {
            // TLS on Windows cannot use a key read from PEM. Exporting and importing it gives one that it can use.
            using var ephemeral = own;
            own = X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null);
        }

        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificate);
        return SslStreamCertificateContext.Create(own, chain, offline: true);
    }

    private static X509Certificate2 Read(string certificate, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CryptographicException($"{exception.Message} --tls-cert and --tls-key name two files that this user can read.", exception);
        }
    }
}
