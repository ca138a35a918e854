using System.CommandLine;
using System.CommandLine.Parsing;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Cli;

/// <summary>Says what is wrong with a command line, and what was probably meant.</summary>
internal static class UsageErrors
{
    /// <returns>Two lines for the terminal; null when nothing is wrong.</returns>
    public static string? Describe(ParseResult parsed)
    {
        if (parsed.Errors.Count == 0)
        {
            return null;
        }

        var command = parsed.CommandResult.Command;
        var unknown = command.TreatUnmatchedTokensAsErrors && parsed.UnmatchedTokens is [var first, ..] ? first : null;
        var what = unknown is null
            ? parsed.Errors[0].Message
            : $"'{unknown}' is not {(unknown.StartsWith('-') ? "an option" : "a command")}{Suggestion(unknown, parsed.CommandResult)}.";
        return $"backchannel-mcp: {what}\nSee: backchannel-mcp {(command is RootCommand ? "" : command.Name + " ")}--help";
    }

    private static string Suggestion(string unknown, CommandResult commandResult)
    {
        var names = Names(commandResult);
        return NearestName.Find(unknown, names) is { } nearest ? $"; did you mean '{nearest}'" : "";
    }

    private static IEnumerable<string> Names(CommandResult commandResult)
    {
        var own = commandResult.Command.Options.Where(option => !option.Hidden).Select(option => option.Name)
            .Concat(commandResult.Command.Subcommands.Select(command => command.Name));
        return commandResult.Parent is CommandResult parent
            ? own.Concat(parent.Command.Options.Where(option => option.Recursive).Select(option => option.Name))
            : own;
    }
}
