using System.CommandLine;

namespace Backchannel.Native.Cli;

/// <summary>Joins each parameter of a tool to its value, so that the parser takes no value for an option of the program.</summary>
/// <remarks>The parser reads <c>-heavy</c> as <c>-h</c> with more behind it. Joined to its parameter it is a value itself.</remarks>
internal static class CallTokens
{
    private const string EndOfOptions = "--";

    /// <param name="tokens">The arguments of the program.</param>
    /// <param name="call">The name of the command whose parameters are joined; every other command line comes back as it is.</param>
    /// <param name="options">The program's own options, which stay as they are; behind the tool these are the recursive ones.</param>
    /// <exception cref="SettingsException">A value is also the name of one of these options: either can be meant.</exception>
    public static IReadOnlyList<string> Join(IReadOnlyList<string> tokens, string call, IReadOnlyList<Option> options)
    {
        var tool = -1;
        for (var i = FindCommand(tokens, options) is >= 0 and var command && tokens[command] == call ? command + 1 : tokens.Count; i < tokens.Count; i++)
        {
            if (Find(tokens[i], options) is not { } option)
            {
                tool = i;
                break;
            }

            i += TakesNext(tokens[i], option) ? 1 : 0;
        }

        return tool < 0
            ? tokens
            : [.. tokens.Take(tool + 1), .. JoinParameters([.. tokens.Skip(tool + 1)], [.. options.Where(option => option.Recursive)])];
    }

    private static int FindCommand(IReadOnlyList<string> tokens, IReadOnlyList<Option> options)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            if (Find(tokens[i], options) is not { } option)
            {
                return i;
            }

            i += TakesNext(tokens[i], option) ? 1 : 0;
        }

        return -1;
    }

    private static IEnumerable<string> JoinParameters(IReadOnlyList<string> tokens, IReadOnlyList<Option> options)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (token == EndOfOptions)
            {
                options = [];
                yield return token;
            }
            else if (Find(token, options) is { } own)
            {
                yield return token;
                if (TakesNext(token, own) && i + 1 < tokens.Count)
                {
                    yield return tokens[++i];
                }
            }
            else if (CallArguments.IsName(token) && !token.Contains('=', StringComparison.Ordinal) && i + 1 < tokens.Count && tokens[i + 1] != CallArguments.FromInput)
            {
                var value = tokens[++i];
                yield return Find(value, options) is null
                    ? $"{token}={value}"
                    : throw new SettingsException($"{value} after {token} is also an option of this program. To send it as text, write {token}={value}");
            }
            else
            {
                yield return token;
            }
        }
    }

    private static Option? Find(string token, IReadOnlyList<Option> options)
    {
        var name = token.IndexOfAny(['=', ':']) is > 0 and var end ? token[..end] : token;
        return options.FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));
    }

    private static bool TakesNext(string token, Option option) =>
        option.Arity.MaximumNumberOfValues > 0 && token.IndexOfAny(['=', ':']) < 0;
}
