using System.ComponentModel;
using System.Diagnostics;
using Backchannel.Native.Files;

namespace Backchannel.Native.Work;

/// <summary>A fresh git worktree for one run, on a branch of its own.</summary>
internal sealed class Worktree
{
    private readonly string repository;

    private Worktree(string repository, string folder, string branch)
    {
        this.repository = repository;
        Folder = folder;
        Branch = branch;
    }

    public string Folder { get; }

    public string Branch { get; }

    /// <param name="repository">A folder of a git repository.</param>
    /// <param name="home">Below which the worktree is made: not in the repository, where it would be searched and watched.</param>
    /// <exception cref="WorkException">git could not make it.</exception>
    public static async Task<Worktree> AddAsync(string repository, string home, string messageId, int attempt)
    {
        var name = $"{messageId[^Math.Min(8, messageId.Length)..]}-{attempt}-{Guid.NewGuid().ToString("n")[..6]}";
        var folder = Path.Combine(home, ".local", "share", "backchannel", "worktrees", name);
        PrivateFiles.CreateFolderOf(folder);
        var branch = $"backchannel/{name}";
        var (code, said) = await GitAsync(repository, "worktree", "add", "--quiet", "-b", branch, folder);
        return code == 0 ? new(repository, folder, branch) : throw new WorkException($"no git worktree could be made in {repository}: {said}");
    }

    /// <summary>Whether a folder belongs to a git repository with a commit, which a worktree needs.</summary>
    public static async Task<string?> RefusalAsync(string repository)
    {
        var (code, said) = await GitAsync(repository, "rev-parse", "--verify", "--quiet", "HEAD^{commit}");
        return code == 0 ? null : $"--worktree needs a git repository with a commit, and {repository} is none{(said.Length > 0 ? $" ({said})" : "")}.";
    }

    /// <summary>Removes the folder, but not the branch, unless there is something in it that was not committed.</summary>
    /// <returns>What the poster should know.</returns>
    public async Task<string> LeaveAsync()
    {
        var (code, _) = await GitAsync(repository, "worktree", "remove", Folder);
        return code == 0 ? $"Branch: {Branch}." : $"Branch: {Branch}; what is not committed is in {Folder}.";
    }

    private static async Task<(int Code, string Said)> GitAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-C", folder, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var git = Process.Start(start)!;
            git.StandardInput.Close();
            var output = git.StandardOutput.ReadToEndAsync();
            var error = await git.StandardError.ReadToEndAsync();
            await output;
            await git.WaitForExitAsync();
            return (git.ExitCode, error.Trim());
        }
        catch (Win32Exception fault)
        {
            return (1, $"git cannot be started: {fault.Message}");
        }
    }
}
