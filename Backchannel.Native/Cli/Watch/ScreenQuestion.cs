using System.Text;
using Backchannel.Native.Cli.Views;

namespace Backchannel.Native.Cli.Watch;

/// <summary>A question of the screen to its person, in the last lines: one for a text, or one for yes or no.</summary>
/// <param name="question">Safe to show.</param>
/// <param name="takesText">Whether a text is typed; otherwise one key decides.</param>
/// <param name="done">Takes the text that was typed, or an empty one after yes. It is not called where the person leaves it.</param>
internal sealed class ScreenQuestion(string question, bool takesText, Action<string> done)
{
    /// <summary>The limit of a note in bytes is the bus's own check; this keeps a paste from filling the memory.</summary>
    private const int MostCharacters = 4000;

    /// <summary>Less of a typed text cannot be read: it gets a line of its own.</summary>
    private const int LeastTyped = 20;

    private readonly StringBuilder typed = new();

    /// <summary>What is typed stands in the last line; the end of a text that is longer stays in sight.</summary>
    public (IReadOnlyList<string> Lines, int? Cursor) Draw(int columns)
    {
        List<string> lines = [.. ShownLines.Of(question, "", columns)];
        if (!takesText)
        {
            return (lines, null);
        }

        // The cursor stands behind the text.
        var room = columns - TextColumns.Of(question) - 2;
        if (room >= LeastTyped)
        {
            lines = [$"{question} {TextColumns.End(typed.ToString(), room)}"];
        }
        else
        {
            lines.Add(TextColumns.End(typed.ToString(), columns - 1));
        }

        return (lines, TextColumns.Of(lines[^1]));
    }

    /// <returns>Whether the question is over.</returns>
    public bool Press(KeyPress key)
    {
        if (key.Key is WatchKey.Escape or WatchKey.Interrupt)
        {
            return true;
        }

        if (!takesText)
        {
            if (key is { Key: WatchKey.Text, Text: "y" or "Y" })
            {
                done("");
            }

            return true;
        }

        switch (key.Key)
        {
            case WatchKey.Text or WatchKey.Paste:
                var added = key.Key == WatchKey.Text ? key.Text : ShownLines.One(key.Text);
                typed.Append(added, 0, Math.Min(added.Length, MostCharacters - typed.Length));
                return false;
            case WatchKey.Backspace when typed.Length > 0:
                var isPair = typed.Length > 1 && char.IsLowSurrogate(typed[^1]) && char.IsHighSurrogate(typed[^2]);
                typed.Length -= isPair ? 2 : 1;
                return false;
            case WatchKey.ClearLine:
                typed.Clear();
                return false;
            case WatchKey.Enter when typed.ToString().Trim() is { Length: > 0 } text:
                done(text);
                return true;
            default:
                // An empty answer is none.
                return key.Key == WatchKey.Enter;
        }
    }
}
