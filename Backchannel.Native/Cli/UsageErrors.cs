using System.CommandLine;
using System.CommandLine.Parsing;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Cli;

/// <summary>Says what is wrong with a command line, and what was probably meant.</summary>
internal static class UsageErrors
{
    /// <param name="toolNames">The tools of <c>call</c>, which people type as commands.</param>
    /// <returns>Two lines for the terminal; null when nothing is wrong.</returns>
    public static string? Describe(ParseResult parsed, Func<IEnumerable<string>> toolNames)
    {
        var taken = TakenOption(parsed.CommandResult) ?? MistypedOption(parsed);
        if (parsed.Errors.Count == 0 && taken is null)
        {
            return null;
        }

        var command = parsed.CommandResult.Command;
        var unknown = command.TreatUnmatchedTokensAsErrors && parsed.UnmatchedTokens is [var first, ..] ? first : null;
        var what = taken ?? (unknown is null
            ? MissingArgument(parsed.CommandResult) ?? parsed.Errors[0].Message
            : Unknown(unknown, parsed.CommandResult, toolNames));
        return $"{what}\nSee: backchannel-mcp {(command is RootCommand ? "" : command.Name + " ")}--help";
    }

    /// <summary>The parser takes the next word for the value of an option, also where that is an option and the value was left out.</summary>
    private static string? TakenOption(CommandResult result)
    {
        var names = Names(result).ToHashSet();
        foreach (var option in result.Children.Concat(result.Parent is CommandResult parent ? parent.Children : []).OfType<OptionResult>())
        {
            if (option.Tokens.FirstOrDefault(value => names.Contains(value.Value)) is { } taken)
            {
                return $"'{option.Option.Name}' needs a value, and '{taken.Value}' is an option.";
            }
        }

        return null;
    }

    /// <summary>The parser takes an option that the command does not have for an argument, where the command takes some. Behind <c>--</c> it is one.</summary>
    private static string? MistypedOption(ParseResult parsed)
    {
        var words = parsed.Tokens.TakeWhile(static token => token.Type != TokenType.DoubleDash).Select(static token => token.Value).ToHashSet();
        return parsed.CommandResult.Children.OfType<ArgumentResult>()
            .Where(static given => !TakesOptions(given.Argument))
            .SelectMany(static given => given.Tokens)
            .Select(static token => token.Value)
            .FirstOrDefault(word => word.Length > 1 && word[0] == '-' && words.Contains(word)) is { } typed
            ? $"'{typed}' is not an option{Suggestion(typed, parsed.CommandResult)}"
            : null;
    }

    /// <summary>Whether an argument stands for options that only a tool knows.</summary>
    private static bool TakesOptions(Argument argument) => argument.Name.StartsWith("--", StringComparison.Ordinal);

    /// <remarks>Of the description, only its first sentence: --help has all of it.</remarks>
    private static string? MissingArgument(CommandResult result)
    {
        if (result.Command.Arguments.FirstOrDefault(argument => argument.Arity.MinimumNumberOfValues > 0 && result.GetResult(argument)?.Tokens.Count is null or 0) is not { } argument)
        {
            return null;
        }

        var taker = result.Command.Options.FirstOrDefault(option => option.AllowMultipleArgumentsPerToken && result.GetResult(option)?.Tokens.Count > 0);
        var order = taker is null ? "" : $" It stands before {taker.Name}, which takes all words behind it.";
        return $"'{result.Command.Name}' needs {argument.Name}{(argument.Name.EndsWith('.') ? "" : ".")} {argument.Description!.Split(". ")[0].TrimEnd('.')}.{order}";
    }

    private static string Unknown(string typed, CommandResult result, Func<IEnumerable<string>> toolNames)
    {
        if (typed.StartsWith('-'))
        {
            return $"'{typed}' is not an option{Suggestion(typed, result)}";
        }

        if (result.Command is not RootCommand)
        {
            return $"'{typed}' is not expected here.";
        }

        var tool = typed.Replace('-', '_');
        return toolNames().Contains(tool)
            ? $"'{typed}' is a tool, not a command. Write: backchannel-mcp call {tool} --NAME VALUE"
            : $"'{typed}' is not a command{Suggestion(typed, result)}";
    }

    /// <summary>The end of a sentence about a word that means nothing, with the name that is most like it.</summary>
    public static string Suggestion(string unknown, CommandResult commandResult)
    {
        var names = Names(commandResult);
        return NearestName.Find(unknown, names) is { } nearest ? $"; did you mean '{nearest}'?" : ".";
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
