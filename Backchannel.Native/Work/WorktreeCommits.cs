namespace Backchannel.Native.Work;

/// <summary>The commits that were made in a worktree. Removing it would lose those that no branch leads to.</summary>
/// <param name="place">git's folder of the worktree.</param>
/// <param name="branch">The one that the worktree began with.</param>
internal sealed class WorktreeCommits(string place, string branch)
{
    /// <summary>Most commits beside the branches that get a name; with more, the worktree stays.</summary>
    private const int MaxKept = 20;

    /// <summary>Gives a name to each commit that has none and that no other leads to.</summary>
    /// <returns>Where all are; and whether these are all.</returns>
    public async Task<(string Where, bool IsAll)> KeepAsync()
    {
        var branches = new List<string>();
        var head = await GitAsync("rev-parse", "--verify", "--quiet", "HEAD^{commit}");
        var current = await GitAsync("symbolic-ref", "--quiet", "--short", "HEAD");
        if (!current.IsDone && head.IsDone && await FirstUnnamedAsync([head.Output]) is not null)
        {
            branches.Add(await NameDetachedAsync(head.Output));
        }
        else if (current.IsDone && current.Output != branch)
        {
            branches.Add(current.Output);
        }

        if (!branches.Contains(branch) && (await GitAsync("rev-parse", "--verify", "--quiet", $"refs/heads/{branch}")).IsDone)
        {
            branches.Insert(0, branch);
        }

        var kept = 0;
        var visited = await GitAsync("log", "--walk-reflogs", "--format=%H", "HEAD");
        List<string> commits = [.. head.IsDone ? [head.Output] : (string[])[], .. visited.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct()];
        string? unnamed;
        while ((unnamed = await FirstUnnamedAsync(commits)) is { Length: > 0 } && kept < MaxKept)
        {
            kept++;
            _ = await GitAsync("update-ref", $"refs/{branch}/{kept}", unnamed);
        }

        var where = branches.Count switch
        {
            0 => "No branch is left",
            1 => $"Branch: {branches[0]}",
            _ => $"Branches: {string.Join(", ", branches)}",
        };
        return (kept == 0 ? where : $"{where}; commits on no branch: refs/{branch}/1{(kept == 1 ? "" : $" to {kept}")}", unnamed is null);
    }

    /// <summary>Puts the branch where a detached HEAD is if that loses nothing, else a second branch.</summary>
    private async Task<string> NameDetachedAsync(string head)
    {
        var isAhead = (await GitAsync("merge-base", "--is-ancestor", $"refs/heads/{branch}", head)).IsDone;
        var name = isAhead ? branch : $"{branch}-detached";
        _ = await GitAsync("update-ref", $"refs/heads/{name}", head);
        return name;
    }

    /// <summary>The newest of some commits and their ancestors that no branch or other name leads to; null: none; blank: git does not tell.</summary>
    private async Task<string?> FirstUnnamedAsync(List<string> commits)
    {
        if (commits.Count == 0)
        {
            return null;
        }

        var found = await GitAsync(["rev-list", "--max-count=1", .. commits, "--not", "--branches", "--tags", "--remotes", "--glob=refs/backchannel/*"]);
        return !found.IsDone ? "" : found.Output.Length > 0 ? found.Output : null;
    }

    private Task<Git> GitAsync(params IEnumerable<string> arguments) => Git.RunAsync(["--git-dir", place, .. arguments]);
}
