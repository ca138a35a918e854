using System.Text;
using Backchannel.Native.Cli.Views;

namespace Backchannel.Native.Cli.Watch;

/// <summary>A question of the screen to its person, in the last line: one for a text, or one for yes or no.</summary>
/// <param name="question">Safe to show.</param>
/// <param name="takesText">Whether a text is typed; otherwise one key decides.</param>
/// <param name="done">Takes the text that was typed, or an empty one after yes. It is not called where the person leaves it.</param>
internal sealed class ScreenQuestion(string question, bool takesText, Action<string> done)
{
    /// <summary>The limit of a note in bytes is the bus's own check; this keeps a paste from filling the memory.</summary>
    private const int MostCharacters = 4000;

    private readonly StringBuilder typed = new();

    /// <summary>The end of a text that is longer than the line stays in sight.</summary>
    public (string Line, int? Cursor) Draw(int columns)
    {
        if (!takesText)
        {
            return (question, null);
        }

        var text = typed.ToString();
        var room = Math.Max(10, columns - TextColumns.Of(question) - 2);
        var start = 0;
        while (TextColumns.Of(text[start..]) > room)
        {
            start += char.IsHighSurrogate(text[start]) ? 2 : 1;
        }

        var line = $"{question} {text[start..]}";
        return (line, TextColumns.Of(line));
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
