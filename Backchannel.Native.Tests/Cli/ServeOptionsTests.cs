using System.CommandLine;
using System.Net;
using Backchannel.Native.Bus;
using Backchannel.Native.Cli;

namespace Backchannel.Native.Tests.Cli;

public sealed class ServeOptionsTests
{
    [Fact]
    public void The_environment_sets_what_an_operator_decides()
    {
        var options = Bind([], new()
        {
            ["BACKCHANNEL_ADMIN_TOKEN"] = "t",
            ["BACKCHANNEL_ALLOWED_HOSTS"] = "bus.example, other.example",
            ["BACKCHANNEL_TRUSTED_PROXIES"] = "10.0.0.0/8,192.168.1.1",
            ["BACKCHANNEL_INVITATION_ONBOARDING_URL"] = "https://bus.example/join",
        });

        Assert.Equal(("t", "https://bus.example/join"), (options.AdminToken, options.InvitationOnboardingUrl));
        Assert.Equal(["bus.example", "other.example"], options.AllowedHosts);
        Assert.Equal([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("192.168.1.1/32")], options.TrustedProxies);
    }

    [Fact]
    public void A_proxy_that_is_no_network_is_refused_with_its_name()
    {
        var problem = Assert.Throws<SettingsException>(() => Bind([], new() { ["BACKCHANNEL_TRUSTED_PROXIES"] = "proxy" }));

        Assert.Contains("'proxy'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Private_webhooks_are_off_unless_asked_for()
    {
        Assert.False(Bind([], []).AllowPrivateWebhooks);
        Assert.True(Bind(["--allow-private-webhooks"], []).AllowPrivateWebhooks);
    }

    [Fact]
    public void A_certificate_needs_its_key()
    {
        Assert.Throws<SettingsException>(() => Bind(["--tls-cert", "cert.pem"], []));
        Assert.Equal(Path.GetFullPath("key.pem"), Bind(["--tls-cert", "cert.pem", "--tls-key", "key.pem"], []).Tls!.Value.Key);
    }

    private static BusOptions Bind(string[] arguments, Dictionary<string, string> environment)
    {
        var serve = new ServeOptions();
        var command = new RootCommand();
        foreach (var option in serve.All)
        {
            command.Add(option);
        }

        var surroundings = Surroundings.OfThisProcess() with { Environment = environment.GetValueOrDefault };
        return serve.Bind(command.Parse(arguments), surroundings, "/home/somebody");
    }
}
