using System.Globalization;

namespace Backchannel.Native.Cli.Config;

/// <summary>How a client's file is written: what to print, and how to add to a file that exists.</summary>
internal abstract class ConfigFormat
{
    /// <summary>Writes a file that holds nothing else.</summary>
    public abstract string Render(IReadOnlyList<string> path, ConfigValue value);

    /// <summary>Adds <paramref name="value"/> at <paramref name="path"/>, or brings what is there in line with it.</summary>
    /// <returns>The text with every other character as it was; the same text when nothing had to change.</returns>
    /// <exception cref="FormatException">The text is not of this format, or holds something else at this place.</exception>
    public abstract string Merge(string text, IReadOnlyList<string> path, ConfigValue value);

    /// <summary>The same, where the result is one that the client can read and that a second edit would not change.</summary>
    /// <exception cref="FormatException">The text is not of this format, or has a layout that is not edited here.</exception>
    public string MergeSafely(string text, IReadOnlyList<string> path, ConfigValue value)
    {
        Validate(text);
        var after = Merge(text, path, value);
        return Merge(after, path, value) == after && IsReadable(after)
            ? after
            : throw new FormatException("its layout is one that this command does not edit");
    }

    /// <summary>Takes out what is at <paramref name="path"/>, and nothing else.</summary>
    /// <returns>The same text when there is nothing.</returns>
    /// <exception cref="FormatException">The text is not of this format, or has a layout that is not edited here.</exception>
    public string RemoveSafely(string text, IReadOnlyList<string> path)
    {
        Validate(text);
        var after = Remove(text, path);
        return IsReadable(after) && !Has(after, path) ? after : throw new FormatException("its layout is one that this command does not edit");
    }

    /// <summary>Reads the whole text as the client will.</summary>
    /// <exception cref="FormatException">The text is not of this format.</exception>
    public abstract void Validate(string text);

    /// <summary>Whether there is anything at <paramref name="path"/>.</summary>
    /// <exception cref="FormatException">The text is not of this format.</exception>
    public abstract bool Has(string text, IReadOnlyList<string> path);

    /// <summary>Whether there is an object or table at <paramref name="path"/>.</summary>
    /// <exception cref="FormatException">The text is not of this format.</exception>
    public abstract bool HasMembers(string text, IReadOnlyList<string> path);

    /// <summary>The names in the object or table at <paramref name="path"/>; none where there is no such thing.</summary>
    /// <exception cref="FormatException">The text is not of this format.</exception>
    public abstract IReadOnlyList<string> Names(string text, IReadOnlyList<string> path);

    /// <summary>The text at <paramref name="path"/>; null: there is no text.</summary>
    /// <exception cref="FormatException">The text is not of this format.</exception>
    public abstract string? TextAt(string text, IReadOnlyList<string> path);

    protected abstract string Remove(string text, IReadOnlyList<string> path);

    /// <summary>Whether the existing value may stay: it is large enough, or a choice of its owner.</summary>
    protected static bool Satisfies(string existing, ConfigValue wanted) => wanted switch
    {
        ConfigValue.AtLeast number => double.TryParse(existing, NumberStyles.Float, CultureInfo.InvariantCulture, out var chosen) && chosen >= number.Value,
        ConfigValue.Suggestion => true,
        _ => false,
    };

    /// <summary>Whether the client can read the text.</summary>
    public bool IsReadable(string text)
    {
        try
        {
            Validate(text);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>A copy of <paramref name="text"/> with pieces replaced; the edits may come in any order.</summary>
    public static string Apply(string text, params IEnumerable<TextEdit> edits)
    {
        // From the end, so that earlier positions stay valid. Of two edits at one place the later one is applied first.
        foreach (var edit in edits.Reverse().OrderByDescending(edit => edit.Start))
        {
            text = string.Concat(text.AsSpan(0, edit.Start), edit.Text, text.AsSpan(edit.End));
        }

        return text;
    }
}

/// <summary>A piece of text to replace.</summary>
internal sealed record TextEdit(int Start, int End, string Text);
