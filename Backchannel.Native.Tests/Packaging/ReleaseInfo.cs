namespace Backchannel.Native.Tests.Packaging;

/// <summary>What every asset of a release shares.</summary>
/// <param name="Version">The product's version.</param>
/// <param name="Repository">Owner and name on GitHub, as in <c>owner/name</c>.</param>
/// <param name="Time">The time of the commit: every file in an archive carries it, so that two builds give the same bytes.</param>
internal sealed record ReleaseInfo(string Version, string Repository, DateTimeOffset Time)
{
    /// <summary>Stands where no repository is named: good for trying, not for publishing.</summary>
    public const string NoRepository = "example/backchannel-mcp";

    // The earliest time that a zip file can express.
    private static readonly DateTimeOffset Earliest = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public string Owner => Repository.Split('/')[0];

    /// <summary>Reads <c>GITHUB_REPOSITORY</c> and <c>SOURCE_DATE_EPOCH</c>.</summary>
    public static ReleaseInfo FromEnvironment(string version, Func<string, string?> environment)
    {
        var time = long.TryParse(environment("SOURCE_DATE_EPOCH"), out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : Earliest;
        return new(
            version,
            environment("GITHUB_REPOSITORY") is { Length: > 0 } repository ? repository : NoRepository,
            time < Earliest ? Earliest : time);
    }

    /// <summary>The container image without its tag; registries allow lower case only.</summary>
    public string Image => $"ghcr.io/{Repository.ToLowerInvariant()}";

    public string ContainerContextName => $"backchannel-mcp-{Version}-container.tar.gz";

    public string DeploymentName => $"backchannel-mcp-{Version}-deployment.tar.gz";

    public string ArchiveName(string rid) => $"backchannel-mcp-{Version}-{rid}.{(IsWindows(rid) ? "zip" : "tar.gz")}";

    public string BundleName(string rid) => $"backchannel-mcp-{Version}-{rid}.mcpb";

    /// <summary>Fills the places of a template that every asset has.</summary>
    public string Fill(string template) => template
        .Replace("@VERSION@", Version, StringComparison.Ordinal)
        .Replace("@REPOSITORY@", Repository, StringComparison.Ordinal)
        .Replace("@OWNER@", Owner, StringComparison.Ordinal)
        .Replace("@IMAGE@", Image, StringComparison.Ordinal);

    public static bool IsWindows(string rid) => rid.StartsWith("win-", StringComparison.Ordinal);
}
