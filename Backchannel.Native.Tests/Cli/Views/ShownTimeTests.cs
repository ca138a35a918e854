using Backchannel.Native.Cli.Views;
using Backchannel.Native.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Cli.Views;

/// <summary>Times as a person reads them.</summary>
public sealed class ShownTimeTests
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 27, 14, 30, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(3, "just now")]
    [InlineData(-20, "just now")]
    [InlineData(45, "45 s ago")]
    [InlineData(200, "3 min ago")]
    [InlineData(7_300, "2 h ago")]
    [InlineData(200_000, "2 days ago")]
    [InlineData(-600, "in 10 min")]
    public void In_a_terminal_a_time_is_told_as_its_distance(int secondsAgo, string expected) =>
        Assert.Equal(expected, new ShownTime(clock, isRelative: true).Of(Timestamp.ToText(clock.GetUtcNow().AddSeconds(-secondsAgo))));

    [Fact]
    public void Elsewhere_it_is_told_exactly() =>
        Assert.Equal("2026-11-27 14:29:00Z", new ShownTime(clock, isRelative: false).Of(Timestamp.ToText(clock.GetUtcNow().AddMinutes(-1))));

    [Fact]
    public void No_time_is_nothing() => Assert.Equal("", new ShownTime(clock, isRelative: true).Of(null));
}
