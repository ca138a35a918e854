namespace Backchannel.Native.Tests.Documentation;

/// <summary>The commands of the README's section about agents that work by themselves.</summary>
internal static class WorkRecipes
{
    public const string Section = "## Let agents work by themselves";

    /// <summary>Its shell lines, without the comments.</summary>
    public static IReadOnlyList<string> Lines() => [.. File.ReadLines(RepositoryRoot.Combine("README.md"))
        .SkipWhile(static line => line != Section)
        .Skip(1)
        .TakeWhile(static line => !line.StartsWith("## ", StringComparison.Ordinal))
        .SkipWhile(static line => line != "```sh")
        .Skip(1)
        .TakeWhile(static line => line != "```")
        .Where(static line => !line.StartsWith('#'))];
}
