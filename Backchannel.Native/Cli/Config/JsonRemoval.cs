namespace Backchannel.Native.Cli.Config;

/// <summary>Takes a member or an element out of a JSON text, so that the text is as it was before it was added.</summary>
internal static class JsonRemoval
{
    /// <param name="text">The document.</param>
    /// <param name="root">Its root.</param>
    /// <param name="around">The object or array, in the same text.</param>
    /// <param name="index">Which of its members or elements.</param>
    public static string Remove(string text, JsonSpan root, JsonSpan around, int index)
    {
        var layout = new JsonLayout(text, root);
        var items = around.Items;
        var (start, end) = items[index];
        var isLast = index == items.Count - 1;
        var behind = layout.CommaBetween(end, isLast ? around.End - 1 : items[index + 1].Start);
        var before = behind is null && index > 0 ? layout.CommaBetween(items[index - 1].End, start) : null;
        var gap = layout.EndOfContent(start);
        var next = (behind ?? (end - 1)) + 1;
        var blanks = text.AsSpan(next).IndexOfAnyExcept(" \t");

        // The white space in front goes with it where nothing else on the line needs it.
        var isAlone = text.AsSpan(gap, start - gap).Contains('\n') ? text[next + blanks] is '\r' or '\n' : isLast;
        List<TextEdit> edits = isAlone ? [new(gap, end, "")] : [new(start, end, "")];
        if (behind is { } comma)
        {
            edits.Add(new(comma, isAlone ? next : next + blanks, ""));
        }

        if (before is { } last)
        {
            edits.Add(new(last, last + 1, ""));
        }

        return WithoutBlanks(ConfigFormat.Apply(text, edits), around.Start);
    }

    /// <summary>Brackets with nothing between them but white space stand together.</summary>
    private static string WithoutBlanks(string text, int open)
    {
        var inside = text.AsSpan(open + 1).IndexOfAnyExcept(" \t\r\n");
        return text[open + 1 + inside] is '}' or ']' ? text.Remove(open + 1, inside) : text;
    }
}
