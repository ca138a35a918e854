using System.CommandLine;
using System.Net;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Cli;
using Backchannel.Native.Client;

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

    [Theory]
    [InlineData("https://bus.example/", "https://bus.example")]
    [InlineData("local", null)]
    public void The_address_told_to_clients_comes_from_the_option_before_the_environment(string typed, string? told)
    {
        Dictionary<string, string> environment = new() { ["BACKCHANNEL_BASE_URL"] = "https://other.example" };

        Assert.Equal(told, Bind([], environment, typed).BaseUrl);
        Assert.Equal("https://other.example", Bind([], environment).BaseUrl);
    }

    [Fact]
    public void Several_addresses_are_none_that_clients_could_be_told()
    {
        Dictionary<string, string> environment = new() { ["BACKCHANNEL_BASE_URL"] = "http://a.example,http://b.example" };

        var problem = Assert.Throws<SettingsException>(() => Bind([], environment));

        Assert.StartsWith("BACKCHANNEL_BASE_URL names several addresses, which are for clients.", problem.Message, StringComparison.Ordinal);
        Assert.Equal("http://a.example", Bind([], environment, "http://a.example").BaseUrl);
    }

    [Fact]
    public void An_option_beats_even_a_variable_that_is_no_address()
    {
        Dictionary<string, string> environment = new() { ["BACKCHANNEL_BASE_URL"] = "bus.example" };

        var problem = Assert.Throws<SettingsException>(() => Bind([], environment));

        Assert.StartsWith("BACKCHANNEL_BASE_URL is 'bus.example'", problem.Message, StringComparison.Ordinal);
        Assert.Equal("https://bus.example", Bind([], environment, "https://bus.example").BaseUrl);
    }

    [Theory]
    [InlineData("", "--base-url is empty")]
    [InlineData("bus.example", "--base-url is 'bus.example'")]
    [InlineData("https://me:hunter2@bus.example/?a=b", "--base-url carries a user name or password")]
    public void What_is_no_address_to_tell_is_refused(string typed, string expected) =>
        Assert.StartsWith(expected, Assert.Throws<SettingsException>(() => Bind([], [], typed)).Message, StringComparison.Ordinal);

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

    [Theory]
    [InlineData("--db")]
    [InlineData("--socket")]
    [InlineData("--tls-cert", "--tls-key", "key.pem")]
    [InlineData("--tls-key", "--tls-cert", "cert.pem")]
    public void An_empty_path_is_refused_by_its_option(string option, params string[] others)
    {
        foreach (var nothing in (string[])["", " "])
        {
            var problem = Assert.Throws<SettingsException>(() => Bind([option, nothing, .. others], []));

            Assert.Equal($"{option} is empty. Give it a path, or leave the option out.", problem.Message);
        }
    }

    [Fact]
    public void A_folder_is_no_database_and_a_file_in_it_is_proposed()
    {
        using var folder = new TemporaryFolder();

        var problem = Assert.Throws<SettingsException>(() => Bind(["--db", folder.Path + "/"], []));

        Assert.Contains($"such as {folder.File("serve.db")}", problem.Message, StringComparison.Ordinal);
    }

    [UnixFact]
    public void A_path_too_long_for_a_socket_is_refused_with_its_length_and_the_longest_is_taken()
    {
        var longest = "/" + new string('s', LocalBusFolder.MaxSocketPathBytes - 1);

        var problem = Assert.Throws<SettingsException>(() => Bind(["--socket", longest + "ü"], []));

        Assert.Contains($"{LocalBusFolder.MaxSocketPathBytes + 2} bytes", problem.Message, StringComparison.Ordinal);
        Assert.Equal(longest, Bind(["--socket", longest], []).SocketPath);
    }

    [Theory]
    [InlineData("0.0.0.0:8080")]
    [InlineData("[::]:8080")]
    [InlineData("192.168.1.5:80")]
    [InlineData("[2001:db8::1]:80")]
    [InlineData("[::ffff:192.168.1.5]:80")]
    public void An_address_that_other_machines_reach_needs_a_word_of_its_own(string address)
    {
        var problem = Assert.Throws<SettingsException>(() => Bind(["--listen", address], []));

        Assert.Contains("--allow-remote", problem.Message, StringComparison.Ordinal);
        Assert.Equal(IPEndPoint.Parse(address), Bind(["--listen", address, "--allow-remote"], []).Listen);
    }

    [Theory]
    [InlineData("127.0.0.1:0")]
    [InlineData("127.9.9.9:80")]
    [InlineData("[::1]:80")]
    [InlineData("localhost:80")]
    public void Addresses_of_this_machine_alone_need_none(string address) => Assert.True(IPAddress.IsLoopback(Bind(["--listen", address], []).Listen.Address));

    [Theory]
    [InlineData("example.com:80")]
    [InlineData("0.0.0.0")]
    [InlineData(":80")]
    [InlineData("localhost.evil:80")]
    public void What_is_no_address_and_port_is_refused(string address) => Assert.Throws<SettingsException>(() => Bind(["--listen", address, "--allow-remote"], []));

    [Fact]
    public void Limits_that_an_operator_changes_come_from_the_environment()
    {
        var options = Bind([], new()
        {
            ["BACKCHANNEL_ADDRESS_RATE_LIMIT"] = "7",
            ["BACKCHANNEL_MAX_CONNECTIONS"] = "8",
            ["BACKCHANNEL_MAX_CONNECTIONS_PER_ADDRESS"] = "9",
            ["BACKCHANNEL_HEADERS_TIMEOUT_SECONDS"] = "10",
            ["BACKCHANNEL_TRANSFER_TIMEOUT_SECONDS"] = "11",
            ["BACKCHANNEL_MAX_REQUEST_BYTES"] = "12",
        });

        Assert.Equal((7, 8, 9), (options.AddressRateLimit, options.MaxConnections, options.MaxConnectionsPerAddress));
        Assert.Equal((10, 11, 12L), (options.HeadersTimeout.TotalSeconds, options.TransferTimeout.TotalSeconds, options.MaxRequestBytes));
    }

    private static BusOptions Bind(string[] arguments, Dictionary<string, string> environment, string? baseUrl = null)
    {
        var serve = new ServeOptions();
        var command = new RootCommand();
        foreach (var option in serve.All)
        {
            command.Add(option);
        }

        var surroundings = Surroundings.OfThisProcess() with { Environment = environment.GetValueOrDefault };
        return serve.Bind(command.Parse(arguments), surroundings, "/home/somebody", baseUrl);
    }
}
