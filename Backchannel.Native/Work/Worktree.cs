using Backchannel.Native.Files;

namespace Backchannel.Native.Work;

/// <summary>A fresh git worktree for one run, on a branch of its own.</summary>
internal sealed class Worktree
{
    private const string BranchFolder = "backchannel";

    private readonly Git git;
    private readonly string repository;
    private readonly WorktreeCommits commits;

    private Worktree(Git git, string repository, string folder, WorktreeCommits commits)
    {
        this.git = git;
        this.repository = repository;
        Folder = folder;
        this.commits = commits;
    }

    public string Folder { get; }

    /// <param name="repository">A folder of a git repository.</param>
    /// <param name="home">Below which the worktree is made: not in the repository, where it would be searched and watched.</param>
    /// <param name="ending">Ends a checkout, which may take long.</param>
    /// <exception cref="WorkException">git could not make it. What it had begun is removed.</exception>
    public static async Task<Worktree> AddAsync(Git git, string repository, string home, string messageId, int attempt, CancellationToken ending)
    {
        var name = $"{messageId[^Math.Min(8, messageId.Length)..]}-{attempt}-{Guid.NewGuid().ToString("n")[..6]}";
        var folder = Path.Combine(home, ".local", "share", "backchannel", "worktrees", name);
        PrivateFiles.CreateFolderOf(folder);
        var branch = $"{BranchFolder}/{name}";
        var added = await git.RunLongAsync(ending, "-C", repository, "worktree", "add", "--quiet", "-b", branch, folder);
        if (!added.IsDone)
        {
            await git.RunAsync("-C", repository, "worktree", "remove", "--force", "--force", folder);
            await git.RunAsync("-C", repository, "branch", "-D", branch);
            throw new WorkException($"no git worktree could be made in {repository}: {added.Errors}");
        }

        // Asked for before the command runs, which can write another place into the folder.
        var place = await git.RunAsync("-C", folder, "rev-parse", "--absolute-git-dir");
        return new(git, repository, folder, new(git, repository, place.Output, branch));
    }

    /// <summary>Why no worktree can be made of a folder; null: one can.</summary>
    public static async Task<string?> RefusalAsync(Git git, string repository)
    {
        var head = await git.RunAsync("-C", repository, "rev-parse", "--verify", "--quiet", "HEAD^{commit}");
        if (!head.IsDone)
        {
            return $"--worktree needs a git repository with a commit, and {repository} is none{(head.Errors.Length > 0 ? $" ({head.Errors})" : "")}.";
        }

        if ((await git.RunAsync("-C", repository, "rev-parse", "--is-bare-repository")).Output == "true")
        {
            return $"--worktree needs a repository with files, and {repository} is a bare one, which does not note what was committed in a worktree. Clone it, and name the clone with --cwd.";
        }

        var taken = await git.RunAsync("-C", repository, "rev-parse", "--verify", "--quiet", $"refs/heads/{BranchFolder}");
        return taken.IsDone
            ? $"--worktree makes branches such as {BranchFolder}/1, which git cannot do while {repository} has a branch '{BranchFolder}'. Rename that one: git branch -m {BranchFolder} OTHER-NAME"
            : null;
    }

    /// <summary>Removes the folder, ignored files with it, unless there is something else in it that was not committed. Nothing that was committed is lost.</summary>
    /// <param name="ending">Ends the removal; the folder then stays.</param>
    /// <returns>What the poster should know.</returns>
    public async Task<string> LeaveAsync(CancellationToken ending)
    {
        var (where, isAll) = await commits.KeepAsync();
        var isRemoved = isAll && (await git.RunLongAsync(ending, "-C", repository, "worktree", "remove", Folder)).IsDone;
        return isRemoved || !Directory.Exists(Folder) ? $"{where}." : $"{where}; what is not committed is in {Folder}.";
    }
}
