using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Backchannel.Native.Client;

/// <summary>Explains why the certificate of a bus was not accepted. The platform decides whether it is.</summary>
/// <param name="busName">What errors call the bus.</param>
/// <param name="host">The host that the base URL names.</param>
internal sealed class BusCertificate(string busName, string host)
{
    private const int MaxNameLength = 100;

    /// <summary>To be called by the TLS handshake.</summary>
    /// <returns>True; a certificate that is not accepted throws.</returns>
    /// <exception cref="BackchannelException"><see cref="FaultCodes.CertificateRejected"/>.</exception>
    public bool Accept(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => errors == SslPolicyErrors.None
        ? true
        : throw new BackchannelException($"no secure connection to {busName}: {Fault(certificate as X509Certificate2, chain, errors)}")
        {
            Code = FaultCodes.CertificateRejected,
        };

    private string Fault(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var status = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        return certificate is null ? "it shows no certificate"
            : status.HasFlag(X509ChainStatusFlags.NotTimeValid) ? Period(certificate)
            : status != X509ChainStatusFlags.NoError ? Authority(certificate, status)
            : errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? $"its certificate is for {Names(certificate)}, not for {host}. Use a name that is in the certificate"
            : $"its certificate is not accepted ({errors})";
    }

    private static string Period(X509Certificate2 certificate)
    {
        var (from, to) = (Day(certificate.NotBefore), Day(certificate.NotAfter));
        return $"its certificate, or that of its authority, is out of date (it is valid from {from} to {to}). Its operator has to renew it, unless this machine's clock is wrong";
    }

    private static string Authority(X509Certificate2 certificate, X509ChainStatusFlags status) =>
        status is X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.UntrustedRoot
            ? $"nobody trusted here has signed its certificate (issued by {Shown(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true))}){TrustAdvice()}"
            : $"its certificate is not accepted ({status})";

    /// <summary>On Linux the authorities are files, and a container starts without any.</summary>
    private static string TrustAdvice() => OperatingSystem.IsLinux()
        ? ". If its certificate is sound, name the authority's file in SSL_CERT_FILE, "
            + "or put it into /etc/ssl/certs (into a container, mount or copy ca-certificates.crt there)"
        : ". If its certificate is sound, add its authority to those that this machine trusts";

    private static string Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())))
            .ToList();
        return Shown(names.Count == 0 ? certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) : string.Join(", ", names));
    }

    /// <summary>What the other side wrote into its certificate, as text of bounded length.</summary>
    private static string Shown(string name) => name.Length == 0
        ? "nobody"
        : string.Concat(name.Take(MaxNameLength).Select(static c => char.IsAscii(c) && !char.IsControl(c) ? c : '?'));

    private static string Day(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
