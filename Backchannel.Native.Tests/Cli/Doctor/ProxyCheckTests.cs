using Backchannel.Native.Cli;
using Backchannel.Native.Cli.Doctor;

namespace Backchannel.Native.Tests.Cli.Doctor;

public sealed class ProxyCheckTests
{
    [Theory]
    [InlineData("https://bus.example", "HTTPS_PROXY", "http://user:secret@proxy.example:3128", "requests go through http://proxy.example:3128")]
    [InlineData("https://bus.example", "all_proxy", "proxy.example:3128", "requests go through proxy.example:3128")]
    [InlineData("http://bus.example", "http_proxy", "http://proxy.example", "requests go through http://proxy.example")]
    [InlineData("http://bus.example", "https_proxy", "http://proxy.example", null)]
    [InlineData("https://127.0.0.1:8080", "HTTPS_PROXY", "http://proxy.example", null)]
    [InlineData("local", "HTTPS_PROXY", "http://proxy.example", null)]
    public void A_proxy_that_requests_go_through_is_named_without_its_password(string baseUrl, string variable, string value, string? expected)
    {
        var settings = new Settings { BaseUrl = baseUrl, AgentLabel = "a" };

        var finding = ProxyCheck.Run(settings, name => name == variable ? value : null).SingleOrDefault();

        Assert.Equal(expected is not null, finding is not null);
        Assert.EndsWith(expected ?? "", finding?.Text ?? "", StringComparison.Ordinal);
        Assert.DoesNotContain("secret", finding?.Text ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bus.example", true)]
    [InlineData("other.test, .Example", true)]
    [InlineData(".bus.example", true)]
    [InlineData("example", false)]
    [InlineData("*", false)]
    public void A_host_that_NO_PROXY_names_does_not_go_through_it(string noProxy, bool isDirect)
    {
        var settings = new Settings { BaseUrl = "https://bus.example", AgentLabel = "a" };

        var finding = ProxyCheck.Run(settings, name => name switch { "HTTPS_PROXY" => "http://proxy.example", "NO_PROXY" => noProxy, _ => null }).SingleOrDefault();

        Assert.Equal(isDirect, finding is null);
    }
}
