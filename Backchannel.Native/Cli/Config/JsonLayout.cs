namespace Backchannel.Native.Cli.Config;

/// <summary>How a JSON text is laid out, so that what is added looks as if its owner had written it.</summary>
/// <remarks>Why by hand: see <see cref="JsonFormat"/>.</remarks>
internal sealed class JsonLayout(string text, JsonSpan root)
{
    private const string DefaultUnit = "  ";

    public string NewLine { get; } = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";

    /// <summary>One step of indentation.</summary>
    public string Unit { get; } = root.Members is [var first, ..] && IndentAt(text, first.NameStart) is { Length: > 0 } indent
        ? indent
        : DefaultUnit;

    /// <summary>Whether what is in this object or array stands on lines of its own.</summary>
    public bool IsSpread(JsonSpan value) =>
        value.Last is null || text.AsSpan(value.Start, value.End - value.Start).Contains('\n');

    /// <summary>The indentation of what is in this object or array.</summary>
    public string InnerIndent(JsonSpan value) =>
        value.Last is { } last && IndentAt(text, last.Start) is { } indent ? indent : LineIndent(value.Start) + Unit;

    /// <summary>The white space with which the line of <paramref name="position"/> starts.</summary>
    public string LineIndent(int position)
    {
        var start = LineStart(text, position);
        var end = start;
        while (end < position && text[end] is ' ' or '\t')
        {
            end++;
        }

        return text[start..end];
    }

    /// <summary>Just behind the last character before <paramref name="close"/> that is not white space.</summary>
    public int EndOfContent(int close)
    {
        while (char.IsWhiteSpace(text[close - 1]))
        {
            close--;
        }

        return close;
    }

    /// <summary>Where a comma, outside of comments, stands between these positions; null: there is none.</summary>
    public int? CommaBetween(int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            if (text[i] == ',')
            {
                return i;
            }

            if (text[i] == '/' && text[i + 1] == '/')
            {
                i = text.IndexOf('\n', i) is >= 0 and var lineEnd ? lineEnd : end;
            }
            else if (text[i] == '/')
            {
                i = text.IndexOf("*/", i + 2, StringComparison.Ordinal) + 1;
            }
        }

        return null;
    }

    private static string? IndentAt(string text, int position)
    {
        var start = LineStart(text, position);
        return start > 0 && text.AsSpan(start, position - start).Trim(" \t").IsEmpty ? text[start..position] : null;
    }

    private static int LineStart(string text, int position) => position == 0 ? 0 : text.LastIndexOf('\n', position - 1) + 1;
}
