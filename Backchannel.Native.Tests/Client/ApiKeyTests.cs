using Backchannel.Native.Client;

namespace Backchannel.Native.Tests.Client;

public sealed class ApiKeyTests
{
    [Theory]
    [InlineData("bck_a.b", "bck_a.b")]
    [InlineData("  bck_a.b\n", "bck_a.b")]
    [InlineData("opaque-key", "opaque-key")]
    public void A_key_is_read_without_the_white_space_around_it(string text, string value)
    {
        Assert.True(ApiKey.TryParse(text, out var key));
        Assert.Equal(value, key.Value);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("two words")]
    [InlineData("bck_a.b\nbck_c.d")]
    [InlineData("schlüssel")]
    [InlineData("\0\u0001")]
    public void What_cannot_be_a_key_is_none(string? text) => Assert.False(ApiKey.TryParse(text, out _));

    [Fact]
    public void A_key_does_not_print_its_secret()
    {
        Assert.True(ApiKey.TryParse("bck_abc.secret", out var key));
        var options = ClientTest.Options(new("http://127.0.0.1")) with { ApiKey = key };

        Assert.Equal("bck_abc", key.ToString());
        Assert.DoesNotContain("secret", options.ToString(), StringComparison.Ordinal);
    }
}
