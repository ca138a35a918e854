namespace Backchannel.Native.Tests.Bus;

/// <summary>The recorded scenarios, and where our answers differ on purpose.</summary>
internal static class WireScenarios
{
    /// <summary>Steps whose answer is another one on purpose; DIFFERENCES.md says why, and a test of its own pins ours.</summary>
    public static IReadOnlyDictionary<string, IReadOnlySet<string>> Differences { get; } = new Dictionary<string, IReadOnlySet<string>>
    {
        ["default/channels-same-name"] = new HashSet<string> { "and gets the post" },
        ["default/idempotency-explicit"] = new HashSet<string> { "another path: the first answer", "another method: the first answer" },
        ["default/lease"] = new HashSet<string> { "the token still answers after the release" },
        ["default/observability"] = new HashSet<string> { "policy" },
        ["default/routing-errors"] = new HashSet<string> { "a content length that is no number", "cannot be reached by path" },
        ["default/tasks-post-claim"] = new HashSet<string> { "yet leaves an empty channel that the name now means" },
        ["limits/instance-settings"] = new HashSet<string> { "policy" },
        ["shortttl/expired-messages"] = new HashSet<string>
        {
            "the lease outlives the message", "metrics still count them", "history has only the retracted one",
        },
    };

    /// <summary>Those of the steps above that were recorded as usual behaviour, not as a quirk, and harm users all the same.</summary>
    public static IReadOnlySet<string> NotMarkedAsQuirks { get; } = new HashSet<string> { "policy", "metrics still count them", "history has only the retracted one" };

    /// <summary>All recorded scenarios as <c>profile/name</c>.</summary>
    public static IEnumerable<string> All =>
        Directory.EnumerateFiles(Root, "*.json", SearchOption.AllDirectories)
            .Select(file => Path.ChangeExtension(Path.GetRelativePath(Root, file), null).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    public static string Root => Path.Combine(AppContext.BaseDirectory, "Fixtures", "wire");
}
