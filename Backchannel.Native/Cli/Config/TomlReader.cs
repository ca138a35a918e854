using System.Globalization;
using System.Text;

namespace Backchannel.Native.Cli.Config;

/// <summary>Reads the parts of TOML's grammar from a text: white space, keys and scalar values.</summary>
/// <remarks>TOML 1.0 (toml.io/en/v1.0.0); inline tables may span lines as in 1.1.</remarks>
internal sealed class TomlReader(string text)
{
    public int Position { get; private set; }

    public bool AtEnd => Position >= text.Length;

    public char Current => AtEnd ? '\0' : text[Position];

    public static bool IsBareKeyCharacter(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' or '-';

    public bool Take(char expected)
    {
        if (AtEnd || Current != expected)
        {
            return false;
        }

        Position++;
        return true;
    }

    public void Need(char expected)
    {
        if (!Take(expected))
        {
            throw Wrong($"'{expected}' is missing");
        }
    }

    public void SkipSpaces()
    {
        while (Current is ' ' or '\t')
        {
            Position++;
        }
    }

    /// <summary>Skips white space, line breaks and comments.</summary>
    public void SkipBlank()
    {
        while (!AtEnd && Current is ' ' or '\t' or '\r' or '\n' or '#')
        {
            if (Current == '#')
            {
                SkipComment();
            }
            else
            {
                Position++;
            }
        }
    }

    /// <summary>Skips what may follow on a line: white space and a comment.</summary>
    /// <exception cref="FormatException">Something else follows.</exception>
    public void EndLine()
    {
        SkipSpaces();
        SkipComment();
        Take('\r');
        if (!AtEnd)
        {
            Need('\n');
        }
    }

    /// <summary>Reads a key, dotted or not.</summary>
    public List<string> Key()
    {
        var names = new List<string>();
        do
        {
            SkipSpaces();
            names.Add(Current is '"' or '\'' ? QuotedKey() : BareKey());
            SkipSpaces();
        }
        while (Take('.'));
        return names;
    }

    /// <summary>Skips a string in any of its four forms.</summary>
    public void SkipString()
    {
        var quote = Current;
        if (string.CompareOrdinal(text, Position, new string(quote, 3), 0, 3) == 0)
        {
            SkipLongString(quote);
            return;
        }

        Position++;
        while (Current != quote)
        {
            if (AtEnd || Current is '\n' or '\r')
            {
                throw Wrong("a string has no end");
            }

            SkipCharacter(quote);
        }

        Position++;
    }

    /// <summary>Skips a number, a date or a truth value.</summary>
    public void SkipWord()
    {
        var start = Position;
        SkipWordCharacters();
        // A date and its time of day may stand apart.
        if (Position - start == 10 && text[start + 4] == '-' && Current == ' ' && Position + 1 < text.Length && char.IsAsciiDigit(text[Position + 1]))
        {
            Position++;
            SkipWordCharacters();
        }

        var word = text[start..Position];
        if (word is not ("true" or "false" or "inf" or "nan" or "+inf" or "-inf" or "+nan" or "-nan")
            && (word.Length == 0 || !char.IsAsciiDigit(word[0] is '+' or '-' && word.Length > 1 ? word[1] : word[0])))
        {
            Position = start;
            throw Wrong("a value is missing or is none");
        }
    }

    public FormatException Wrong(string what)
    {
        var before = text.AsSpan(0, Math.Min(Position, text.Length));
        return new FormatException($"line {before.Count('\n') + 1}, column {Position - before.LastIndexOf('\n')} is not TOML: {what}");
    }

    private string BareKey()
    {
        var start = Position;
        while (IsBareKeyCharacter(Current))
        {
            Position++;
        }

        return Position > start ? text[start..Position] : throw Wrong("a key is missing");
    }

    private string QuotedKey()
    {
        var (start, isLiteral) = (Position + 1, Current == '\'');
        SkipString();
        var inner = text[start..(Position - 1)];
        return isLiteral ? inner : Unescape(inner);
    }

    private string Unescape(string inner)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < inner.Length; i++)
        {
            if (inner[i] != '\\')
            {
                plain.Append(inner[i]);
                continue;
            }

            var digits = inner[++i] switch { 'u' => 4, 'U' => 8, _ => 0 };
            _ = digits == 0
                ? plain.Append(inner[i] switch { 'b' => '\b', 't' => '\t', 'n' => '\n', 'f' => '\f', 'r' => '\r', var same => same })
                : plain.Append(CodePoint(inner, i + 1, digits));
            i += digits;
        }

        return plain.ToString();
    }

    private string CodePoint(string inner, int start, int digits) =>
        start + digits <= inner.Length
        && int.TryParse(inner.AsSpan(start, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
        && Rune.IsValid(code)
            ? new Rune(code).ToString()
            : throw Wrong("an escape in a key is none");

    private void SkipLongString(char quote)
    {
        var end = new string(quote, 3);
        Position += 3;
        while (string.CompareOrdinal(text, Position, end, 0, 3) != 0)
        {
            if (AtEnd)
            {
                throw Wrong("a string has no end");
            }

            SkipCharacter(quote);
        }

        Position += 3;
        // Up to two quotes may stand before the closing three.
        while (Current == quote && Position < text.Length)
        {
            Position++;
        }
    }

    private void SkipCharacter(char quote)
    {
        var isEscape = quote == '"' && Current == '\\';
        Position += isEscape ? 2 : 1;
    }

    private void SkipWordCharacters()
    {
        while (char.IsAsciiLetterOrDigit(Current) || Current is '+' or '-' or '_' or '.' or ':')
        {
            Position++;
        }
    }

    private void SkipComment()
    {
        if (Current == '#')
        {
            Position = text.IndexOf('\n', Position) is >= 0 and var lineEnd ? lineEnd : text.Length;
        }
    }
}
