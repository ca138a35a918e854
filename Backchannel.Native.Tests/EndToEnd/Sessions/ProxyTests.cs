using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.EndToEnd.Sessions;

/// <summary>Which forms of NO_PROXY hold, as the README says. A bus in the place of the proxy logs what comes its way.</summary>
public sealed class ProxyTests
{
    [Theory]
    [InlineData("", false)]
    [InlineData("bus.test", true)]
    [InlineData("BUS.test", true)]
    [InlineData(".test", true)]
    [InlineData(".bus.test", true)]
    [InlineData("other.example,bus.test", true)]
    [InlineData("other.example, bus.test", true)]
    [InlineData("test", false)]
    [InlineData("*", false)]
    [InlineData("*.test", false)]
    [InlineData("bus.test:8080", false)]
    [InlineData("other.example bus.test", false)]
    public async Task A_name_in_NO_PROXY_is_reached_without_the_proxy(string noProxy, bool isDirect)
    {
        using var home = new TemporaryHome();
        await using var proxy = await TestBus.StartAsync();
        var environment = new Dictionary<string, string> { ["HOME"] = home.Path, ["HTTP_PROXY"] = proxy.BaseUrl, ["NO_PROXY"] = noProxy };

        var run = await NativeCommand.RunAsync(environment, "call", "list_channels", "--base-url", "http://bus.test:8080");

        Assert.Equal(isDirect, !WasAsked(proxy));
        Assert.Equal(isDirect, run.Errors.Contains("[unreachable]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_network_in_NO_PROXY_does_nothing()
    {
        using var home = new TemporaryHome();
        await using var proxy = await TestBus.StartAsync();
        var environment = new Dictionary<string, string> { ["HOME"] = home.Path, ["HTTP_PROXY"] = proxy.BaseUrl, ["NO_PROXY"] = "192.0.2.0/24" };

        await NativeCommand.RunAsync(environment, "call", "list_channels", "--base-url", "http://192.0.2.1:8080");

        Assert.True(WasAsked(proxy));
    }

    private static bool WasAsked(TestBus proxy) => proxy.Log.Any(line => line.Contains("\"event\":\"request\"", StringComparison.Ordinal));
}
