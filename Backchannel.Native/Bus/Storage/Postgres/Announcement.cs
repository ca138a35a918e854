using System.Globalization;
using System.Text;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>What a commit tells the other processes: who wrote, the newest time, and what was changed.</summary>
/// <param name="Process">See <see cref="PostgresServer.Process"/>.</param>
/// <param name="LastTime">The newest time that was given to a row.</param>
/// <param name="Changes">Each as often as it happened.</param>
internal sealed record Announcement(string Process, long LastTime, IReadOnlyList<Change> Changes)
{
    /// <summary>In bytes. PostgreSQL takes less than 8,000.</summary>
    private const int Longest = 7_900;

    /// <summary>Three words and more, without quotes. Where it would be too long, it says that everything may have changed.</summary>
    public static string Write(string process, long lastTime, IEnumerable<Change> changes)
    {
        var head = string.Create(CultureInfo.InvariantCulture, $"{process} {lastTime}");
        var text = new StringBuilder(head);
        foreach (var change in changes)
        {
            text.Append(CultureInfo.InvariantCulture, $" {(int)change.Kind}:{change.Number}");
        }

        return text.Length <= Longest ? text.ToString() : string.Create(CultureInfo.InvariantCulture, $"{head} {(int)ChangeKind.Everything}:0");
    }

    /// <summary>Null for a text of another program, or of a release with other words: then everything may have changed.</summary>
    public static Announcement? Read(string text)
    {
        var words = text.Split(' ');
        if (words.Length < 2 || !long.TryParse(words[1], CultureInfo.InvariantCulture, out var last))
        {
            return null;
        }

        var changes = new List<Change>();
        foreach (var word in words.Skip(2))
        {
            var parts = word.Split(':');
            if (parts.Length != 2 || !int.TryParse(parts[0], CultureInfo.InvariantCulture, out var kind) || !Enum.IsDefined((ChangeKind)kind)
                || !long.TryParse(parts[1], CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            changes.Add(new Change((ChangeKind)kind, number));
        }

        return new Announcement(words[0], last, changes);
    }
}
