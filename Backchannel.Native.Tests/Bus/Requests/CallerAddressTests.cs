using System.Net;
using Backchannel.Native.Bus.Requests;
using Microsoft.AspNetCore.Http;

namespace Backchannel.Native.Tests.Bus.Requests;

public sealed class CallerAddressTests
{
    private static readonly IPNetwork[] Proxies = [IPNetwork.Parse("10.0.0.0/8")];

    [Theory]
    [InlineData("10.0.0.1", "1.2.3.4", "1.2.3.4")]
    [InlineData("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4")]
    [InlineData("10.0.0.1", "1.2.3.4:5678", "1.2.3.4")]
    [InlineData("10.0.0.1", "2001:db8::7, 10.9.9.9", "2001:db8::7")]
    [InlineData("10.0.0.1", "garbage", "10.0.0.1")]
    [InlineData("10.0.0.1", "", "10.0.0.1")]
    [InlineData("::ffff:10.0.0.1", "1.2.3.4", "1.2.3.4")]
    [InlineData("5.5.5.5", "1.2.3.4", "5.5.5.5")]
    [InlineData("5.5.5.5", "10.0.0.1", "5.5.5.5")]
    [InlineData("10.0.0.1", "6.6.6.6, 5.5.5.5, 10.0.0.3, 10.0.0.2", "5.5.5.5")]
    [InlineData("10.0.0.1", "10.0.0.9, 10.0.0.2", "10.0.0.1")]
    [InlineData("10.0.0.1", "10.0.0.9", "10.0.0.1")]
    [InlineData("10.0.0.1", "6.6.6.6, garbage, 10.0.0.2", "10.0.0.1")]
    [InlineData("10.0.0.1", "6.6.6.6, unknown", "10.0.0.1")]
    [InlineData("10.0.0.1", "1.2.3.4, 10.0.0.2:443, [::ffff:10.0.0.3]:1", "1.2.3.4")]
    [InlineData("10.0.0.1", "[2001:db8::7]", "2001:db8::7")]
    [InlineData("10.0.0.1", "[2001:db8::7]:5678", "2001:db8::7")]
    [InlineData("10.0.0.1", "[2001:db8::7", "10.0.0.1")]
    [InlineData("10.0.0.1", "1.2.3.4:port", "10.0.0.1")]
    [InlineData("10.0.0.1", "1.2.3.4:99999", "10.0.0.1")]
    [InlineData("10.0.0.1", "16909060", "10.0.0.1")]
    [InlineData("10.0.0.1", "1.2", "10.0.0.1")]
    [InlineData("10.0.0.1", "0x01.2.3.4", "10.0.0.1")]
    [InlineData("10.0.0.1", "01.2.3.4", "10.0.0.1")]
    [InlineData("10.0.0.1", "\"1.2.3.4\"", "10.0.0.1")]
    [InlineData("10.0.0.1", ",,", "10.0.0.1")]
    [InlineData("10.0.0.1", ", ,1.2.3.4,", "1.2.3.4")]
    public void The_source_is_the_rightmost_address_that_is_no_proxy(string direct, string forwardedFor, string source)
    {
        var http = Request(direct, forwardedFor);

        Assert.Equal(source, CallerAddress.Of(http, Proxies).Source!.ToString());
    }

    [Fact]
    public void Several_lines_of_the_header_are_one_list()
    {
        var http = Request("10.0.0.1", "6.6.6.6");
        http.Request.Headers["X-Forwarded-For"] = new(["6.6.6.6", "1.2.3.4", "10.0.0.2"]);
        http.Request.Headers["X-Forwarded-Proto"] = new(["http", "HTTPS"]);
        http.Request.Headers["X-Forwarded-Host"] = new(["invented.example", "outer.example, bus.example"]);

        var caller = CallerAddress.Of(http, Proxies);

        Assert.Equal(("1.2.3.4", "https", "bus.example"), (caller.Source!.ToString(), caller.Scheme, caller.Host));
    }

    [Theory]
    [InlineData("ftp", "")]
    [InlineData("", ", ,")]
    public void A_scheme_or_host_that_is_none_leaves_the_direct_one(string scheme, string host)
    {
        var http = Request("10.0.0.1", "1.2.3.4");
        http.Request.Headers["X-Forwarded-Proto"] = scheme;
        http.Request.Headers["X-Forwarded-Host"] = host;

        var caller = CallerAddress.Of(http, Proxies);

        Assert.Equal(("http", "inner:8080"), (caller.Scheme, caller.Host));
    }

    [Theory]
    [InlineData("10.0.0.1", "https", "bus.example")]
    [InlineData("5.5.5.5", "http", "inner:8080")]
    public void Scheme_and_host_are_taken_from_trusted_proxies_only(string direct, string scheme, string host)
    {
        var http = Request(direct, "1.2.3.4");
        http.Request.Headers["X-Forwarded-Proto"] = "https";
        http.Request.Headers["X-Forwarded-Host"] = "bus.example";

        var caller = CallerAddress.Of(http, Proxies);

        Assert.Equal((scheme, host), (caller.Scheme, caller.Host));
    }

    private static DefaultHttpContext Request(string direct, string forwardedFor)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse(direct);
        http.Request.Scheme = "http";
        http.Request.Host = new HostString("inner", 8080);
        http.Request.Headers["X-Forwarded-For"] = forwardedFor;
        return http;
    }
}
