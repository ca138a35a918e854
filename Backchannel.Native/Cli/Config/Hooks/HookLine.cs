namespace Backchannel.Native.Cli.Config.Hooks;

/// <summary>The call of this program that a client's hook makes.</summary>
/// <param name="Program">Absolute path of the executable, as the server's entry has it.</param>
/// <param name="Client">The client's name on the command line.</param>
/// <param name="Shell">What reads the line.</param>
internal sealed record HookLine(string Program, string Client, HookShell Shell)
{
    private const string ProgramName = "backchannel-mcp";

    /// <summary>A quotation mark within quotation marks, in <c>sh</c>.</summary>
    private const string PosixQuote = @"'\''";

    private string Ending => $" hook {Client}";

    /// <summary>The line for the shell.</summary>
    public string Line => Quote(Program, Shell) + Ending;

    /// <summary>The line of a hook that runs when the user has written something.</summary>
    public string TypedLine => $"{Line} --typed";

    /// <summary>Whether this program wrote the line, wherever its file lay then.</summary>
    public bool IsOurs(string line) => ProgramIn(line) is { } program
        && (program == Program || program[(program.LastIndexOfAny(['/', '\\']) + 1)..].StartsWith(ProgramName, StringComparison.Ordinal));

    /// <summary>The program that a line of this form starts; null: the line has another form, so it was not written here.</summary>
    public string? ProgramIn(string line)
    {
        var end = line.LastIndexOf(Ending, StringComparison.Ordinal);
        return end > 0 && (end + Ending.Length == line.Length || line[end + Ending.Length] == ' ') ? Unquote(line[..end]) : null;
    }

    private static string Quote(string program, HookShell shell) => shell switch
    {
        _ when program.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+:@%=".Contains(c, StringComparison.Ordinal) || (c == '\\' && shell != HookShell.Posix)) => program,
        HookShell.PowerShell => $"& '{program.Replace("'", "''", StringComparison.Ordinal)}'",
        HookShell.Command => $"\"{program}\"",
        _ => $"'{program.Replace("'", PosixQuote, StringComparison.Ordinal)}'",
    };

    /// <returns>Null: it is not one word.</returns>
    private static string? Unquote(string text)
    {
        var isPowerShell = text.StartsWith("& ", StringComparison.Ordinal);
        var word = isPowerShell ? text[2..] : text;
        if (word is ['\'', .. var quoted, '\''])
        {
            var (mark, rest) = isPowerShell ? ("''", "'") : (PosixQuote, "'");
            return quoted.Replace(mark, "", StringComparison.Ordinal).Contains('\'') ? null : quoted.Replace(mark, rest, StringComparison.Ordinal);
        }

        return word is ['"', .. var inner, '"'] && !inner.Contains('"') ? inner
            : word.Any(c => char.IsWhiteSpace(c) || "'\"|&;<>()$`".Contains(c, StringComparison.Ordinal)) ? null
            : word;
    }
}
