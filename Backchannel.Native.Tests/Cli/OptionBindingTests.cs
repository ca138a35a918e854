using Backchannel.Native.Cli;

namespace Backchannel.Native.Tests.Cli;

public sealed class OptionBindingTests
{
    [Fact]
    public void Option_beats_environment_beats_default()
    {
        var both = Bind(new(BaseUrl: "http://127.0.0.1:1"), ("BACKCHANNEL_BASE_URL", "http://127.0.0.1:2"));
        var environmentOnly = Bind(new(), ("BACKCHANNEL_BASE_URL", "http://127.0.0.1:2"));
        var neither = Bind(new());

        Assert.Equal("http://127.0.0.1:1", both.BaseUrl);
        Assert.Equal("http://127.0.0.1:2", environmentOnly.BaseUrl);
        Assert.Equal("https://backchannel.oakstack.eu", neither.BaseUrl);
    }

    [Fact]
    public void An_empty_variable_counts_as_unset()
    {
        var settings = Bind(
            new(BaseUrl: "local"), ("BACKCHANNEL_API_KEY", ""), ("BACKCHANNEL_AGENT_LABEL", " "), ("BACKCHANNEL_MCP_LOG", ""));

        Assert.Null(settings.ApiKey);
        Assert.Equal("mcp-laptop-42", settings.AgentLabel);
        Assert.Empty(settings.Warnings);
    }

    [Fact]
    public void An_empty_option_is_refused_instead_of_meaning_the_default_bus()
    {
        (string Option, CommandLineValues Values)[] empty =
            [("--base-url", new(BaseUrl: "")), ("--agent-label", new(AgentLabel: " ")), ("--log-level", new(LogLevel: ""))];
        foreach (var (option, values) in empty)
        {
            var problem = Assert.Throws<SettingsException>(() => Bind(values, ("BACKCHANNEL_BASE_URL", "local")));

            Assert.Equal($"{option} is empty. Give it a value, or leave the option out.", problem.Message);
        }
    }

    [Theory]
    [InlineData("https://bus.example/", "https://bus.example")]
    [InlineData("http://127.0.0.1:8080//", "http://127.0.0.1:8080")]
    [InlineData("https://bus.example/prefix/", "https://bus.example/prefix")]
    [InlineData("local", "local")]
    public void A_trailing_slash_is_dropped(string typed, string bound)
    {
        Assert.Equal(bound, Bind(new(BaseUrl: typed)).BaseUrl);
    }

    [Theory]
    [InlineData("https://a.example, http://127.0.0.1:1/,,https://A.example:443/", "https://a.example,http://127.0.0.1:1")]
    [InlineData(",https://a.example,", "https://a.example")]
    [InlineData("local,", "local")]
    public void Several_addresses_are_each_taken_once(string typed, string bound)
    {
        var settings = Bind(new(), ("BACKCHANNEL_BASE_URL", typed));

        Assert.Equal(bound, settings.BaseUrl);
        Assert.Empty(settings.Warnings);
    }

    [Theory]
    [InlineData("https://me:hunter2@a.example,local")]
    [InlineData("local,https://b.example")]
    [InlineData("unix:/run/hunter2.sock,https://b.example")]
    public void A_bus_with_one_address_is_no_part_of_a_list(string typed)
    {
        var problem = Assert.Throws<SettingsException>(() => Bind(new(BaseUrl: typed)));

        Assert.StartsWith("--base-url lists 'local' or a socket beside other addresses", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://a.example,bus.example", "'bus.example'")]
    [InlineData("https://a.example,$BUS_URL", "did not expand")]
    [InlineData("https://a.example,https://me:hunter2@b.example", "carries a user name or password")]
    [InlineData(" , ,", "holds no address")]
    public void Each_address_of_a_list_is_checked(string typed, string complaint)
    {
        var problem = Assert.Throws<SettingsException>(() => Bind(new(BaseUrl: typed)));

        Assert.Contains(complaint, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://bus.example")]
    [InlineData("bus.example")]
    [InlineData("LOCAL")]
    [InlineData("/run/bus.sock")]
    [InlineData("https://bus.example/?key=1")]
    public void A_base_url_that_is_none_is_refused_by_the_name_it_was_given(string typed)
    {
        var option = Assert.Throws<SettingsException>(() => Bind(new(BaseUrl: typed)));
        var variable = Assert.Throws<SettingsException>(() => Bind(new(), ("BACKCHANNEL_BASE_URL", typed)));

        Assert.Contains("--base-url", option.Message, StringComparison.Ordinal);
        Assert.Contains("BACKCHANNEL_BASE_URL", variable.Message, StringComparison.Ordinal);
        Assert.Contains(typed, variable.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("${BUS_URL}")]
    [InlineData("{env:BUS_URL}")]
    [InlineData("$BUS_URL")]
    public void A_variable_that_the_client_did_not_expand_is_called_that(string typed)
    {
        var exception = Assert.Throws<SettingsException>(() => Bind(new(), ("BACKCHANNEL_BASE_URL", typed)));

        Assert.Contains("did not expand", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_in_the_url_is_refused_without_showing_it()
    {
        var exception = Assert.Throws<SettingsException>(() => Bind(new(BaseUrl: "https://me:hunter2@bus.example")));

        Assert.DoesNotContain("hunter2", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://bus.example", 1)]
    [InlineData("http://10.0.0.7:8080", 1)]
    [InlineData("http://127.0.0.1:8080", 0)]
    [InlineData("http://localhost:8080", 0)]
    [InlineData("http://[::1]:8080", 0)]
    [InlineData("https://bus.example", 0)]
    public void Plain_http_beyond_this_machine_warns_once(string url, int warnings)
    {
        Assert.Equal(warnings, Bind(new(BaseUrl: url)).Warnings.Count);
    }

    [Fact]
    public void The_default_bus_warns_that_it_is_a_shared_sandbox()
    {
        Assert.Contains("sandbox", Assert.Single(Bind(new()).Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("debug", LogLevel.Debug)]
    [InlineData("Warning", LogLevel.Warning)]
    [InlineData("CRITICAL", LogLevel.Critical)]
    public void Log_levels_are_read_in_any_case(string typed, object level)
    {
        Assert.Equal(level, Bind(new(BaseUrl: "local", LogLevel: typed)).LogLevel);
    }

    [Fact]
    public void An_unknown_log_level_warns_and_becomes_INFO()
    {
        var settings = Bind(new(BaseUrl: "local"), ("BACKCHANNEL_MCP_LOG", "chatty"));

        Assert.Equal(LogLevel.Info, settings.LogLevel);
        Assert.Contains("chatty", Assert.Single(settings.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("laptop", "mcp-laptop-42")]
    [InlineData("laptop.lan.example", "mcp-laptop-42")]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456789", "mcp-abcdefghijklmnopqrstuvwxyz012345-42")]
    [InlineData("", "mcp-host-42")]
    public void The_default_label_names_host_and_process(string hostName, string label)
    {
        var settings = OptionBinding.Bind(new(), _ => null, hostName, 42);

        Assert.Equal(label, settings.AgentLabel);
        Assert.False(settings.AgentLabelIsChosen);
    }

    [Fact]
    public void A_chosen_label_is_cut_to_128_characters()
    {
        var settings = Bind(new(AgentLabel: new string('x', 200)));

        Assert.Equal(128, settings.AgentLabel.Length);
        Assert.True(settings.AgentLabelIsChosen);
    }

    [Fact]
    public void A_label_is_not_cut_within_a_character()
    {
        var settings = Bind(new(AgentLabel: new string('x', 127) + "🙂"));

        Assert.Equal(new string('x', 127), settings.AgentLabel);
    }

    [Fact]
    public void A_key_with_a_line_break_is_refused_without_showing_it()
    {
        var exception = Assert.Throws<SettingsException>(() => Bind(new(), ("BACKCHANNEL_API_KEY", "bck_secret\nmore")));

        Assert.Contains("BACKCHANNEL_API_KEY", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_stdio_is_a_transport()
    {
        Assert.Equal("local", Bind(new(BaseUrl: "local", Transport: "stdio")).BaseUrl);
        Assert.Throws<SettingsException>(() => Bind(new(Transport: "sse")));
    }

    private static Settings Bind(CommandLineValues values, params (string Name, string Value)[] environment) =>
        OptionBinding.Bind(
            values,
            name => environment.FirstOrDefault(variable => variable.Name == name).Value,
            "laptop",
            42);
}
