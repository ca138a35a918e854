using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;
using Backchannel.Native.Work;

namespace Backchannel.Native.Cli;

/// <summary>The options of <c>work</c>.</summary>
internal sealed class WorkOptions
{
    private const string KeyIdPrefix = "bck_";
    private const int KeyIdLength = 16;

    private static readonly string HostNames = string.Join(", ", AgentHost.All.Select(static host => host.Name));

    private readonly Argument<string[]> words = new("CHANNEL... -- COMMAND ARG...")
    {
        Description = "Names or ids of channels, also several between commas, then behind -- the command and its arguments, such as: backchannel-mcp work builds --local -- make. The command gets the task on standard input; a whole argument {task} stands for the task. "
            + "Exit code 0: done, standard output is the result. 75, or the end by a signal: failed, to be tried again. 126 and 127, by which a shell says that a program is missing: "
            + "the same, and after two tasks in a row the runner ends. Any other, or --timeout: failed for good. The ends of standard error and of the output are the reason. "
            + "It runs again for the same task after a crash. All that it started ends with it and with the runner: on Linux every process below it, on macOS its process group, "
            + "on Windows nothing where the runner is killed",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> agent = Text("--agent", "host", $"Run an agent instead of COMMAND: {HostNames}. What stands behind -- is added to its call; those options decide what it may do");
    private readonly Option<string?> parallel = Text("--parallel", "n", "How many tasks run at once. Default: 1");
    private readonly Option<bool> once = new("--once") { Description = "End after one task; exit code 1 if it was not done" };
    private readonly Option<string?> maxTasks = Text("--max-tasks", "n", "End after so many tasks");
    private readonly Option<string?> idleExit = Text("--idle-exit", "seconds", "End when no task has come for so long");
    private readonly Option<string?> timeout = Text("--timeout", "seconds", "End a run that takes longer; its task has failed");
    private readonly Option<string?> grace = Text("--grace", "seconds", "After SIGTERM or Ctrl+C, wait so long for what runs, then give it back; a second one ends the wait. Default: 30");
    private readonly Option<string?> folder = Text("--cwd", "folder", "Where commands run. Default: here");
    private readonly Option<bool> worktree = new("--worktree") { Description = "Run each task in a fresh git worktree, on a branch that the result names. It is removed, ignored files with it, unless something else in it is not committed. Hooks of the repository do not run, and a checkout may take 10 minutes" };
    private readonly Option<bool> quiet = new("--quiet") { Description = "Do not send the last line of output as progress" };
    private readonly Option<string[]> from = new("--from")
    {
        Description = "On a bus that is not local only tasks posted with your own key are run. With this also those of another key, by its id, and on channels of its owner. Repeatable",
        HelpName = "key-id",
    };

    private readonly Option<bool> anySender = new("--any-sender")
    {
        Description = "Run every task, whoever posted it, also on channels of others. Whoever can post there then decides what this command does on this machine",
    };

    public IEnumerable<Option> All => [agent, parallel, once, maxTasks, idleExit, timeout, grace, folder, worktree, quiet, from, anySender];

    public Argument Words => words;

    public bool IsOnce(ParseResult parsed) => parsed.GetValue(once);

    /// <exception cref="SettingsException">A value is not allowed, or something is missing.</exception>
    public WorkOrder Read(ParseResult parsed, Settings settings, string executable)
    {
        var (channels, command) = Split(parsed);
        channels = [.. channels.SelectMany(static name => ListValue.Read("CHANNEL", name)).Distinct()];
        var host = FindHost(parsed.GetValue(agent));
        if (host is null && command.Count == 0)
        {
            throw new SettingsException("'work' needs a command behind --, or --agent. Write: backchannel-mcp work CHANNEL --local -- COMMAND");
        }

        if (host is not null && command.Contains(CommandLine.Task))
        {
            throw new SettingsException(
                $"'{CommandLine.Task}' stands behind --agent. There the agent's host would read the task as an option, or as words of yours; it gets the task on standard input. Leave '{CommandLine.Task}' out.");
        }

        if (host is not null && command.Any(static word => word.StartsWith("--input-format", StringComparison.Ordinal) || word.StartsWith("--output-format", StringComparison.Ordinal)))
        {
            throw new SettingsException(
                "--input-format or --output-format stands behind --agent. 'work' sets both itself: in another format the agent's host would read the task as words of yours, or its answer could not be read. Leave them out.");
        }

        if (channels.Count > Limits.MaxClaimChannels)
        {
            throw new SettingsException($"{channels.Count} channels are given; 'work' waits on at most {Limits.MaxClaimChannels}. Start a second one for the rest.");
        }

        return new()
        {
            Channels = channels.Count > 0 ? channels : throw new SettingsException("'work' needs a channel. Write: backchannel-mcp work CHANNEL --local -- COMMAND"),
            Command = host is null ? command : [.. host.Command, .. command, .. host.Last],
            Host = host,
            Folder = FindFolder(parsed.GetValue(folder)),
            Executable = executable,
            Home = settings.Home,
            IsLocal = settings.IsLocal,
            From = Keys(parsed.GetValue(from) ?? []),
            AnySender = parsed.GetValue(anySender),
            Parallel = Count(parallel, parsed) ?? 1,
            MaxTasks = parsed.GetValue(once) ? 1 : Count(maxTasks, parsed),
            IdleExit = Positive(idleExit, parsed),
            Timeout = Positive(timeout, parsed),
            Grace = Seconds(grace, parsed) ?? TimeSpan.FromSeconds(30),
            UsesWorktree = parsed.GetValue(worktree),
            SendsProgress = !parsed.GetValue(quiet),
        };
    }

    /// <summary>What stands before the first <c>--</c>, and what stands behind it.</summary>
    private (IReadOnlyList<string> Channels, IReadOnlyList<string> Command) Split(ParseResult parsed)
    {
        var all = parsed.GetValue(words) ?? [];
        var behind = parsed.Tokens.SkipWhile(static token => token.Type != TokenType.DoubleDash).Skip(1).Count();
        return (all[..^behind], all[^behind..]);
    }

    private static AgentHost? FindHost(string? name)
    {
        if (name is null)
        {
            return null;
        }

        return AgentHost.All.FirstOrDefault(host => host.Name == name)
            ?? throw new SettingsException(
                $"'{name}' is not an agent host known here{(Nearest(name) is { } nearest ? $"; did you mean '{nearest}'?" : ".")} Known: {HostNames}. "
                + "For any other, give its headless call as the command.");
    }

    /// <summary>The host whose name was cut short, whose program was named, or whose name is alike.</summary>
    private static string? Nearest(string name) =>
        AgentHost.All.FirstOrDefault(host => name.Length > 1 && (host.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase) || host.Command[0] == name))?.Name
            ?? NearestName.Find(name, AgentHost.All.Select(static host => host.Name));

    /// <remarks>A key itself is a secret and is not repeated.</remarks>
    private static string KeyId(string typed) => typed switch
    {
        _ when typed.StartsWith(KeyIdPrefix, StringComparison.Ordinal) && typed.Contains('.', StringComparison.Ordinal) =>
            throw new SettingsException("--from was given a key, which is a secret. It takes the key's id: what stands before the dot."),
        _ when typed.Length == KeyIdLength && typed.StartsWith(KeyIdPrefix, StringComparison.Ordinal) && typed.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_') => typed,
        _ => throw new SettingsException(
            $"--from is '{typed}'; it takes the id of a key, '{KeyIdPrefix}' and {KeyIdLength - KeyIdPrefix.Length} letters or digits. 'work' names it when it leaves a task of that key to others."),
    };

    private static List<string> Keys(string[] typed) => typed.Length < Limits.MaxClaimPosters
        ? [.. typed.Select(KeyId).Distinct()]
        : throw new SettingsException($"--from names {typed.Length} keys; 'work' takes tasks of at most {Limits.MaxClaimPosters - 1} besides your own. Start a second one for the rest.");

    private static string FindFolder(string? typed)
    {
        var folder = Path.GetFullPath(typed ?? ".");
        return Directory.Exists(folder)
            ? folder
            : throw new SettingsException(
                $"--cwd is '{typed ?? "."}', and there is no folder {folder}{(File.Exists(folder) ? ": it is a file" : "")}. Commands run there: name a folder that exists, or make it first.");
    }

    private static Option<string?> Text(string name, string value, string description) => new(name) { Description = description, HelpName = value };

    private static int? Count(Option<string?> option, ParseResult parsed) => parsed.GetValue(option) switch
    {
        null => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= 1000 => count,
        var text => throw new SettingsException($"{option.Name} is '{text}'; it takes a whole number from 1 to 1000."),
    };

    private static TimeSpan? Positive(Option<string?> option, ParseResult parsed) => Seconds(option, parsed) is { Ticks: 0 }
        ? throw new SettingsException($"{option.Name} is '{parsed.GetValue(option)}'; it takes a number of seconds above 0. Leave it out for no limit.")
        : Seconds(option, parsed);

    private static TimeSpan? Seconds(Option<string?> option, ParseResult parsed) => parsed.GetValue(option) switch
    {
        null => null,
        var text when double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and <= 1_000_000
            => TimeSpan.FromSeconds(seconds),
        [.. var number, 's' or 'm' or 'h'] text when double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            => throw new SettingsException($"{option.Name} is '{text}'; it takes a number of seconds without a unit. Write {option.Name} {(count * (text[^1] switch { 's' => 1, 'm' => 60, _ => 3600 })).ToString(CultureInfo.InvariantCulture)}"),
        var text => throw new SettingsException($"{option.Name} is '{text}'; it takes a number of seconds up to 1000000."),
    };
}
