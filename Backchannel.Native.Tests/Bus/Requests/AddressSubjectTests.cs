using System.Net;
using Backchannel.Native.Bus.Requests;

namespace Backchannel.Native.Tests.Bus.Requests;

public sealed class AddressSubjectTests
{
    [Theory]
    [InlineData("1.2.3.4", "1.2.3.4")]
    [InlineData("::ffff:1.2.3.4", "1.2.3.4")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2::", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:3::", "2001:db8:1:3::/64")]
    [InlineData("fe80::1%1", "fe80::/64")]
    public void An_IPv6_network_of_64_bits_counts_as_one(string address, string subject) =>
        Assert.Equal(subject, AddressSubject.Of(IPAddress.Parse(address)));
}
