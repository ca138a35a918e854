using System.Text;
using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Tests.JsonRpc;

public sealed class RequestIdTests
{
    [Theory]
    [InlineData("\"a\"", "\"\\u0061\"", true)]
    [InlineData("5", "5", true)]
    [InlineData("5", "\"5\"", false)]
    [InlineData("\"\\\"5\"", "\"5\"", false)]
    [InlineData("\"\\ud800\"", "\"\\ud800\"", true)]
    public void Ids_are_equal_by_type_and_text(string left, string right, bool areEqual)
    {
        Assert.Equal(areEqual, Parse(left).Equals(Parse(right)));
        Assert.True(!areEqual || Parse(left).GetHashCode() == Parse(right).GetHashCode());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("0.0")]
    [InlineData("1.50e1")]
    [InlineData("1200e-2")]
    [InlineData("0e-9")]
    [InlineData("1E+400")]
    public void A_number_without_a_fraction_is_an_id(string json) => Assert.Equal(json, Parse(json).ToString());

    [Theory]
    [InlineData("0.5")]
    [InlineData("12e-2")]
    [InlineData("1.05e1")]
    [InlineData("1e99999999999")]
    [InlineData("null")]
    [InlineData("[]")]
    public void Anything_else_is_none(string json) => Assert.False(RequestId.TryParse(Encoding.UTF8.GetBytes(json), out _));

    private static RequestId Parse(string json)
    {
        Assert.True(RequestId.TryParse(Encoding.UTF8.GetBytes(json), out var id));
        return id;
    }
}
