using System.CommandLine;
using System.CommandLine.Parsing;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Cli;

/// <summary>Says what is wrong with a command line, and what was probably meant.</summary>
internal static class UsageErrors
{
    private const string EndOfOptions = "--";

    /// <param name="words">What was typed, word by word.</param>
    /// <param name="toolNames">The tools of <c>call</c>, which people type as commands.</param>
    /// <returns>Two lines for the terminal; null when nothing is wrong.</returns>
    public static string? Describe(ParseResult parsed, IReadOnlyList<string> words, Func<IEnumerable<string>> toolNames)
    {
        var typed = words.TakeWhile(static word => word != EndOfOptions).Where(static word => word.Length > 1 && word[0] == '-').ToHashSet();
        var behind = words.SkipWhile(static word => word != EndOfOptions).Skip(1).Count();
        var taken = TakenOption(parsed.CommandResult, typed) ?? MistypedOption(parsed.CommandResult, typed, behind);
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
    /// <param name="typed">The words that look like options. A value that is joined to its option by = is none of them.</param>
    private static string? TakenOption(CommandResult result, HashSet<string> typed)
    {
        var names = Names(result).ToHashSet();
        foreach (var option in result.Children.Concat(result.Parent is CommandResult parent ? parent.Children : []).OfType<OptionResult>())
        {
            foreach (var word in option.Tokens.Select(static token => token.Value).Where(typed.Contains))
            {
                if (names.Contains(word))
                {
                    return $"'{option.Option.Name}' needs a value, and '{word}' is an option.";
                }

                // One hyphen begins a negative number too; the command says what it takes.
                if (word.StartsWith("--", StringComparison.Ordinal))
                {
                    return $"'{word}' stands where a value of '{option.Option.Name}' is expected, and is not an option{Suggestion(word, result)} For such a value write {option.Option.Name}={word}";
                }
            }
        }

        return null;
    }

    /// <summary>The parser takes an option that the command does not have for an argument, where the command takes some. Behind <c>--</c> it is one.</summary>
    /// <param name="behind">How many words stand behind it, the last ones: each may look like an option of the command.</param>
    private static string? MistypedOption(CommandResult result, HashSet<string> typed, int behind)
    {
        foreach (var given in result.Children.OfType<ArgumentResult>().Where(static given => !TakesOptions(given.Argument)))
        {
            if (given.Tokens.SkipLast(behind).FirstOrDefault(token => typed.Contains(token.Value)) is { } token)
            {
                return NoOption(token.Value, result) + (Nearest(token.Value, result) is null ? $" {Otherwise(given.Argument)}" : "");
            }
        }

        return null;
    }

    private static string NoOption(string typed, CommandResult result) =>
        $"'{typed}' is not an option{(result.Command is RootCommand ? "" : $" of '{result.Command.Name}'")}{Suggestion(typed, result)}";

    /// <summary>Where a word that begins with a hyphen may stand. The command of <c>work</c> is an argument that has its own place for such words.</summary>
    private static string Otherwise(Argument argument) => argument.Name.Contains($" {EndOfOptions} ", StringComparison.Ordinal)
        ? $"Options of the command, or of the agent's host, stand behind {EndOfOptions}."
        : $"If it is meant as {argument.Name}, write {EndOfOptions} before it.";

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
            return NoOption(typed, result);
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
    private static string Suggestion(string unknown, CommandResult commandResult) =>
        Nearest(unknown, commandResult) is { } nearest ? $"; did you mean '{nearest}'?" : ".";

    private static string? Nearest(string unknown, CommandResult commandResult) => NearestName.Find(unknown, Names(commandResult));

    private static IEnumerable<string> Names(CommandResult commandResult)
    {
        var own = commandResult.Command.Options.Where(option => !option.Hidden).Select(option => option.Name)
            .Concat(commandResult.Command.Subcommands.Select(command => command.Name));
        return commandResult.Parent is CommandResult parent
            ? own.Concat(parent.Command.Options.Where(option => option.Recursive).Select(option => option.Name))
            : own;
    }
}
