using System.Text.RegularExpressions;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Wire;

public sealed partial class RoutesTests
{
    [Fact]
    public void A_path_of_the_bus_is_written_in_the_room_Wire_alone()
    {
        var first = WirePaths.All.Select(static path => path.Split('/')[1]).Where(static segment => segment.Length > 0).ToHashSet();
        var product = RepositoryRoot.Combine("Backchannel.Native");
        var offences =
            from file in Directory.EnumerateFiles(product, "*.cs", SearchOption.AllDirectories)
            let path = Path.GetRelativePath(product, file)
            where Path.GetFileName(path) is not ("Routes.cs" or "RouteTemplates.cs" or "TextPaths.cs") && path.Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj")
            from line in File.ReadLines(file)
            where !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
                && (ApiPath().IsMatch(line) || LiteralPath().Matches(line).Any(literal => first.Contains(literal.Groups[1].Value)))
            select $"{path}: {line.Trim()}";

        Assert.Empty(offences);
    }

    /// <summary>So that whoever asks for all constants of paths knows all that is served.</summary>
    [Fact]
    public void No_endpoint_spells_a_path()
    {
        var offences =
            from file in Directory.EnumerateFiles(RepositoryRoot.Combine("Backchannel.Native", "Bus"), "*.cs", SearchOption.AllDirectories)
            from line in File.ReadLines(file)
            where Registration().IsMatch(line)
            select $"{Path.GetFileName(file)}: {line.Trim()}";

        Assert.Empty(offences);
    }

    [Theory]
    [InlineData("build-jobs", "/v1/channels/build-jobs/messages")]
    [InlineData("a b/ü?", "/v1/channels/a%20b%2F%C3%BC%3F/messages")]
    [InlineData("{message}", "/v1/channels/%7Bmessage%7D/messages")]
    public void A_name_in_a_path_is_percent_encoded(string channel, string path) => Assert.Equal(path, Routes.ChannelMessages(channel));

    [Fact]
    public void The_end_of_a_path_follows_its_id() =>
        Assert.Equal("/v1/leases/t-1/heartbeat", Routes.Heartbeat("t-1"));

    [GeneratedRegex(@"/v1/\w")]
    private static partial Regex ApiPath();

    [GeneratedRegex(@"\b(Add|Forward)\([^)]*\$?""/")]
    private static partial Regex Registration();

    [GeneratedRegex(@"""/([\w.-]+)")]
    private static partial Regex LiteralPath();
}
