using Backchannel.Native.Bus.Http;
using Backchannel.Native.Bus.Requests;

namespace Backchannel.Native.Tests.Bus.Http;

public sealed class BaseAddressTests
{
    [Theory]
    [InlineData("bus.example", "https://bus.example")]
    [InlineData("BUS.example:8443", "https://BUS.example:8443")]
    [InlineData("evil.example", "https://bus.example")]
    [InlineData("bus.example.evil.example", "https://bus.example")]
    [InlineData(null, "https://bus.example")]
    public void A_host_that_is_not_allowed_is_told_the_first(string? named, string told)
    {
        var address = new BaseAddress(null, ["bus.example", "other.example"]);

        Assert.Equal(told, address.For(new CallerAddress(null, "https", named)));
    }

    [Theory]
    [InlineData("a\"b")]
    [InlineData("a/b")]
    [InlineData("<script>")]
    public void What_cannot_be_a_host_is_never_told(string named)
    {
        Assert.Equal("http://localhost", new BaseAddress(null, []).For(new CallerAddress(null, "http", named)));
    }
}
