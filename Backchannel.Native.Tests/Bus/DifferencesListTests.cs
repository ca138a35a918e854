using System.Reflection;
using System.Text.RegularExpressions;

namespace Backchannel.Native.Tests.Bus;

/// <summary>Keeps Bus/DIFFERENCES.md honest: every line names a test that exists.</summary>
public sealed partial class DifferencesListTests
{
    private static readonly HashSet<string> Tests =
        [.. typeof(DifferencesListTests).Assembly.GetTypes().SelectMany(
            type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance)
                .Where(method => method.GetCustomAttribute<FactAttribute>() is not null)
                .Select(method => $"{type.Name}.{method.Name}"))];

    public static TheoryData<string> Lines => new(File.ReadLines(RepositoryRoot.Combine("Backchannel.Native", "Bus", "DIFFERENCES.md"))
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| Matter", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Lines))]
    public void Every_difference_is_pinned_by_a_test_that_exists(string line)
    {
        var names = TestName().Matches(line.Split(" | ")[^1]).Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains(name, Tests));
    }

    [Fact]
    public void Every_step_that_may_be_answered_otherwise_is_a_listed_difference()
    {
        var list = File.ReadAllText(RepositoryRoot.Combine("Backchannel.Native", "Bus", "DIFFERENCES.md"));

        Assert.All(WireScenarios.Differences.Keys, scenario => Assert.Contains($"`{scenario}`", list, StringComparison.Ordinal));
    }

    [GeneratedRegex("`([A-Za-z]+Tests\\.[A-Za-z0-9_]+)`")]
    private static partial Regex TestName();
}
