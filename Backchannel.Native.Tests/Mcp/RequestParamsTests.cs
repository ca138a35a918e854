using System.Text;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Tests.Mcp;

public sealed class RequestParamsTests
{
    [Theory]
    [InlineData("""{"_meta":{"a":1},"name":"x","arguments":{"b":[1,{}]},"other":[[],{}]}""")]
    [InlineData("""{ "other" : {"name":"y","arguments":{}} , "arguments" : {"b":[1,{}]}, "_meta":{"a":1} , "name" : "x" }""")]
    [InlineData("""{"name":1,"name":"x","arguments":null,"arguments":{"b":[1,{}]},"_meta":{},"_meta":{"a":1}}""")]
    [InlineData("""{"n\u0061me":"x","argum\u0065nts":{"b":[1,{}]},"\u005fmeta":{"a":1}}""")]
    public void The_members_of_a_tool_call_are_found_wherever_they_stand_and_the_last_of_one_name_counts(string json)
    {
        var requestParams = new RequestParams(Encoding.UTF8.GetBytes(json));

        Assert.Equal("x", requestParams.Name.Text);
        Assert.Equal("""{"b":[1,{}]}""", Encoding.UTF8.GetString(requestParams.Arguments.Value));
        Assert.Equal("""{"a":1}""", Encoding.UTF8.GetString(requestParams.Meta.Value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"cursor":{"name":"x"}}""")]
    public void Members_that_are_missing_do_not_exist(string json)
    {
        var requestParams = new RequestParams(Encoding.UTF8.GetBytes(json));

        Assert.False(requestParams.Name.Exists);
        Assert.False(requestParams.Arguments.Exists);
        Assert.False(requestParams.Meta.Exists);
    }
}
