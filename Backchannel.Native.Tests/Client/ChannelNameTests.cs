using Backchannel.Native.Client;

namespace Backchannel.Native.Tests.Client;

public sealed class ChannelNameTests
{
    [Theory]
    [InlineData("build-queue", "build-queue")]
    [InlineData("  build queue \n", "build queue")]
    [InlineData("a.b:c?d#e%f", "a.b:c?d#e%f")]
    [InlineData("...", "...")]
    public void A_name_in_ascii_is_taken_without_the_white_space_around_it(string name, string expected) =>
        Assert.Equal(expected, ChannelName.Check(name, readsPathsAsUtf8: false));

    [Theory]
    [InlineData("a/b", "'/'")]
    [InlineData("", "blank")]
    [InlineData(" \t", "blank")]
    [InlineData(".", "dots")]
    [InlineData("..", "dots")]
    [InlineData("a\u0001b", "control")]
    [InlineData("a\nb", "control")]
    [InlineData("aufträge", "outside ASCII")]
    [InlineData("仕事", "outside ASCII")]
    public void A_name_that_could_not_be_found_again_is_refused_with_what_is_allowed(string name, string reason)
    {
        var exception = Assert.Throws<BackchannelException>(() => ChannelName.Check(name, readsPathsAsUtf8: false));

        Assert.Equal(FaultCodes.UnaddressableName, exception.Code);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.Contains("use letters, digits", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bus_that_reads_paths_as_utf8_takes_names_in_every_script() =>
        Assert.Equal("aufträge 仕事", ChannelName.Check("aufträge 仕事", readsPathsAsUtf8: true));

    [Fact]
    public void A_name_that_is_too_long_is_refused_with_both_lengths()
    {
        var exception = Assert.Throws<BackchannelException>(() => ChannelName.Check(new('a', 201), readsPathsAsUtf8: true));

        Assert.Contains("201 characters; the limit is 200", exception.Message, StringComparison.Ordinal);
    }
}
