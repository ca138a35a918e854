using Backchannel.Native.Client;

namespace Backchannel.Native.Work;

/// <summary>What the environment of a command, and of git, gets beyond that of the runner; null for what it must not have.</summary>
internal static class CommandEnvironment
{
    /// <summary>Those by which git takes another repository than that of its folder; <c>git rev-parse --local-env-vars</c> lists them.</summary>
    private static readonly string[] OfRepository =
    [
        "GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_PREFIX", "GIT_NAMESPACE", "GIT_CONFIG", "GIT_GRAFT_FILE", "GIT_SHALLOW_FILE", "GIT_REPLACE_REF_BASE", "GIT_IMPLICIT_WORK_TREE",
    ];

    /// <param name="usesWorktree">Whether it runs in a worktree, which is then the repository of every git in it.</param>
    public static Dictionary<string, string?> OfCommand(bool usesWorktree)
    {
        var environment = Without(IsOwn);
        foreach (var name in usesWorktree ? OfRepository : [])
        {
            environment[name] = null;
        }

        return environment;
    }

    public static Dictionary<string, string?> OfGit() => new(Without(static name => IsOwn(name) || name.StartsWith("GIT_", StringComparison.OrdinalIgnoreCase)))
    {
        ["GIT_TERMINAL_PROMPT"] = "0",
        ["GIT_OPTIONAL_LOCKS"] = "0",
    };

    /// <summary>Settings of this runner that are none of the command's business: keys, tokens, the label. Which bus it is, the command may know.</summary>
    private static bool IsOwn(string name) =>
        (name.StartsWith("BACKCHANNEL_", StringComparison.Ordinal) && name != "BACKCHANNEL_BASE_URL") || SettingNames.Secrets.Contains(name);

    private static Dictionary<string, string?> Without(Predicate<string> isLeftOut)
    {
        var environment = new Dictionary<string, string?>();
        foreach (string name in System.Environment.GetEnvironmentVariables().Keys)
        {
            if (isLeftOut(name))
            {
                environment[name] = null;
            }
        }

        environment["BACKCHANNEL_WORK"] = "1";
        return environment;
    }
}
