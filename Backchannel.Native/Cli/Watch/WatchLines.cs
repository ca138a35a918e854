using System.Text;
using System.Text.Json;
using Backchannel.Native.Cli.Views;
using Backchannel.Native.Text;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Watch;

/// <summary>A line for each task that changes, for files and programs.</summary>
/// <param name="tell">Takes what is no change: a sentence for people.</param>
internal sealed class WatchLines(Stream output, bool isJson, TimeProvider time, Action<string> tell) : IWatchDisplay
{
    /// <summary>Of more tasks, the oldest are forgotten; after a restart of the bus some of them could be told once more.</summary>
    private const int MostKnown = 5000;

    private const int BeginningColumns = 120;

    private readonly Dictionary<string, long> known = [];
    private readonly Dictionary<string, string> names = [];
    private readonly ShownTime shown = new(time, isRelative: false);
    private bool isFollowing;
    private bool isLost;

    /// <summary>When the newest task was posted that was there at the beginning, by the clock of the bus; empty: there was none.</summary>
    private string newestAtFirst = "";

    public void Lanes(IReadOnlyList<LaneView> lanes)
    {
        foreach (var lane in lanes)
        {
            names[lane.Id] = lane.Name;
        }
    }

    /// <summary>The first readings say where the channels stand; later ones, what was missed meanwhile.</summary>
    public void Tasks(string channelId, IReadOnlyList<TaskRow> rows)
    {
        foreach (var row in rows.Reverse())
        {
            if (isFollowing && (known.ContainsKey(row.Id) || string.CompareOrdinal(row.CreatedAt, newestAtFirst) > 0))
            {
                Tell(row);
                continue;
            }

            known[row.Id] = row.Version;
            newestAtFirst = isFollowing || string.CompareOrdinal(row.CreatedAt, newestAtFirst) < 0 ? newestAtFirst : row.CreatedAt;
        }
    }

    public void Changed(IReadOnlyList<TaskRow> rows)
    {
        isFollowing = true;
        foreach (var row in rows.Reverse())
        {
            Tell(row);
        }
    }

    public void Notice(string text) => tell(text);

    public void Lost(string reason)
    {
        if (!isLost)
        {
            tell($"Connection lost, trying again: {reason}");
        }

        (isLost, isFollowing) = (true, true);
    }

    public void Found()
    {
        if (isLost)
        {
            tell("The bus answers again.");
        }

        (isLost, isFollowing) = (false, true);
    }

    private void Tell(TaskRow row)
    {
        if (known.TryGetValue(row.Id, out var version) && version >= row.Version)
        {
            return;
        }

        if (known.Count >= MostKnown)
        {
            known.Clear();
        }

        known[row.Id] = row.Version;
        output.Write([.. isJson ? Json(row) : Encoding.UTF8.GetBytes(Line(row)), (byte)'\n']);
        output.Flush();
    }

    private string Line(TaskRow row) => string.Join(
        "  ",
        shown.Now(),
        ShownLines.One(Name(row)),
        RowWords.State(row),
        row.Id,
        TextColumns.Cut(ShownLines.One(RowWords.Content(row)), BeginningColumns));

    private byte[] Json(TaskRow row) => ReadableJson.WithoutDirections(ReadableJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("at"u8, Timestamp.ToText(time.GetUtcNow()));
        writer.WriteString("channel"u8, Name(row));
        writer.WritePropertyName("task"u8);
        JsonSerializer.Serialize(writer, row, WireJsonContext.Default.TaskRow);
        writer.WriteEndObject();
    }).Span);

    private string Name(TaskRow row) => names.GetValueOrDefault(row.ChannelId, row.ChannelId);
}
