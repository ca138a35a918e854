using Backchannel.Native.Client;

namespace Backchannel.Native.Tests.Client;

public sealed class BusOriginTests
{
    [Theory]
    [InlineData("https://bus.example", "https://bus.example", "bus.example")]
    [InlineData("https://BUS.example/", "https://bus.example", "bus.example")]
    [InlineData("https://ann:secret@bus.example/?a=b#c", "https://bus.example", "bus.example")]
    [InlineData("https://bus.example:443", "https://bus.example", "bus.example")]
    [InlineData("https://bus.example:8443", "https://bus.example:8443", "bus.example_8443")]
    [InlineData("http://bus.example", "http://bus.example", "bus.example_80")]
    [InlineData("http://127.0.0.1:8080/", "http://127.0.0.1:8080", "127.0.0.1_8080")]
    [InlineData("http://[::1]:8080", "http://[::1]:8080", "__1_8080")]
    [InlineData("https://bus.example/a/../b/", "https://bus.example/b", "bus.example_b")]
    public void A_bus_is_known_by_its_base_url(string baseUrl, string text, string fileName)
    {
        var origin = BusOrigin.Of(new Uri(baseUrl));

        Assert.Equal((text, fileName), (origin.Text, origin.FileName));
    }
}
