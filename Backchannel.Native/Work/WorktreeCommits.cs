namespace Backchannel.Native.Work;

/// <summary>The commits that were made in a worktree. Removing it would lose those that no branch leads to.</summary>
/// <param name="repository">It has the branches and the commits, whatever the command did to its worktree.</param>
/// <param name="place">git's folder of the worktree, which alone knows where its HEAD is and was.</param>
/// <param name="branch">The one that the worktree began with.</param>
internal sealed class WorktreeCommits(Git git, string repository, string place, string branch)
{
    /// <summary>Most commits beside the branches that get a name; with more, the worktree stays.</summary>
    private const int MaxKept = 20;

    private const string Branches = "refs/heads/";

    /// <summary>Gives a name to each commit that has none and that no other leads to.</summary>
    /// <returns>Where all are; and whether these are all.</returns>
    public async Task<(string Where, bool IsAll)> KeepAsync()
    {
        var branches = new List<string>();
        var head = await AskWorktreeAsync("rev-parse", "--verify", "--quiet", "HEAD^{commit}");
        var current = await AskWorktreeAsync("symbolic-ref", "--quiet", "HEAD");
        if (!current.IsDone && head.IsDone && await FirstUnnamedAsync([head.Output]) is not null)
        {
            branches.AddRange(await NameDetachedAsync(head.Output) is { } name ? [name] : []);
        }
        else if (current.IsDone && current.Output.StartsWith(Branches, StringComparison.Ordinal) && current.Output[Branches.Length..] is var other && other != branch
            && (await FindBranchAsync(other)).IsDone)
        {
            branches.Add(other);
        }

        var own = await FindBranchAsync(branch);
        if (!branches.Contains(branch) && own.IsDone)
        {
            branches.Insert(0, branch);
        }

        var kept = 0;
        var visited = await AskWorktreeAsync("rev-list", "--walk-reflogs", "HEAD");
        List<string> commits = [.. head.IsDone ? [head.Output] : (string[])[], .. visited.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct()];
        string? unnamed;
        while ((unnamed = await FirstUnnamedAsync(commits)) is { Length: > 0 } && kept < MaxKept
            && (await AskRepositoryAsync("update-ref", $"refs/{branch}/{kept + 1}", unnamed)).IsDone)
        {
            kept++;
        }

        var isTold = head.IsAnswer && current.IsAnswer && own.IsAnswer && visited.IsDone;
        var where = branches.Count switch
        {
            0 when !isTold => "git does not tell which commits are left",
            0 => "No branch is left",
            1 => $"Branch: {branches[0]}",
            _ => $"Branches: {string.Join(", ", branches)}",
        };
        where = kept == 0 ? where : $"{where}; commits on no branch: refs/{branch}/1{(kept == 1 ? "" : $" to {kept}")}";
        return (isTold || branches.Count == 0 ? where : $"{where}; git does not tell whether there are more commits", isTold && unnamed is null);
    }

    /// <summary>Puts the branch where a detached HEAD is if that loses nothing, else a second branch.</summary>
    /// <returns>Its name; null: it could not be put there.</returns>
    private async Task<string?> NameDetachedAsync(string head)
    {
        var isAhead = (await AskRepositoryAsync("merge-base", "--is-ancestor", Branches + branch, head)).IsDone;
        var name = isAhead ? branch : $"{branch}-detached";
        return (await AskRepositoryAsync("update-ref", Branches + name, head)).IsDone ? name : null;
    }

    /// <summary>The newest of some commits and their ancestors that no branch or other name leads to; null: none; blank: git does not tell.</summary>
    private async Task<string?> FirstUnnamedAsync(List<string> commits)
    {
        if (commits.Count == 0)
        {
            return null;
        }

        var found = await AskRepositoryAsync(["rev-list", "--max-count=1", .. commits, "--not", "--branches", "--tags", "--remotes", "--glob=refs/backchannel/*"]);
        return !found.IsDone ? "" : found.Output.Length > 0 ? found.Output : null;
    }

    private Task<GitAnswer> FindBranchAsync(string name) => AskRepositoryAsync("rev-parse", "--verify", "--quiet", Branches + name);

    private Task<GitAnswer> AskWorktreeAsync(params IEnumerable<string> arguments) => git.RunAsync(["--git-dir", place, .. arguments]);

    private Task<GitAnswer> AskRepositoryAsync(params IEnumerable<string> arguments) => git.RunAsync(["-C", repository, .. arguments]);
}
