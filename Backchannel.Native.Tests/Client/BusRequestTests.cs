using Backchannel.Native.Client;

namespace Backchannel.Native.Tests.Client;

/// <summary>A path that leads elsewhere than it says is found, in each form that <see cref="Uri"/> would follow.</summary>
public sealed class BusRequestTests
{
    [Theory]
    [InlineData("/v1/../metrics")]
    [InlineData("/v1/./lanes")]
    [InlineData("/v1/%2e%2e/metrics")]
    [InlineData("/v1/.%2E/metrics")]
    [InlineData("/v1/%2e/lanes")]
    [InlineData("/v1/..")]
    [InlineData("/v1/x\\..\\..\\metrics")]
    public void A_step_back_is_found(string path)
    {
        Assert.True(BusRequest.Get(path).HasDotSegment);
        Assert.NotEqual(path, new Uri($"http://bus{path}").PathAndQuery);
    }

    [Theory]
    [InlineData("/v1/lanes?since=../x")]
    [InlineData("/v1/channels/a..b/tasks")]
    [InlineData("/v1/channels/%252e%252e/tasks")]
    [InlineData("/v1/channels/.../tasks")]
    public void Other_dots_are_names(string path) => Assert.False(BusRequest.Get(path).HasDotSegment);
}
