using System.Security.Cryptography;
using Backchannel.Native.Bus.Tls;

namespace Backchannel.Native.Tests.Bus.Tls;

public sealed class TlsCertificateTests
{
    [Fact]
    public void A_file_that_is_missing_or_a_folder_is_named_with_its_options()
    {
        using var folder = new TemporaryFolder();
        foreach (var path in (string[])[folder.File("missing.pem"), folder.Path])
        {
            var problem = Assert.Throws<CryptographicException>(() => TlsCertificate.Load(path, folder.File("key.pem")));

            Assert.Contains(path, problem.Message, StringComparison.Ordinal);
            Assert.Contains("--tls-cert", problem.Message, StringComparison.Ordinal);
        }
    }
}
