using System.Security.Cryptography.X509Certificates;

namespace Backchannel.Native.Bus;

/// <summary>Reads the certificate that the bus shows to its clients.</summary>
internal static class TlsCertificate
{
    /// <param name="certificate">A file in PEM form: the bus's certificate first, then those that vouch for it.</param>
    /// <param name="key">A file in PEM form with the private key.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">They cannot be read, or do not belong together.</exception>
    public static X509Certificate2 Load(string certificate, string key)
    {
        using var ephemeral = X509Certificate2.CreateFromPemFile(certificate, key);

        // TLS on Windows needs a key that its store can hold; a round trip gives one.
        return OperatingSystem.IsWindows()
            ? X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null)
            : X509Certificate2.CreateFromPemFile(certificate, key);
    }
}
