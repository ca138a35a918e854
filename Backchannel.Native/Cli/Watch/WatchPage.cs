using Backchannel.Native.Cli.Views;

namespace Backchannel.Native.Cli.Watch;

/// <summary>What the screen shows: channels and tasks, a task that was opened, or the help; below it what is asked or told.</summary>
internal sealed class WatchPage(string busName, ShownTime time, bool hasColours)
{
    /// <summary>A message takes no more of the screen.</summary>
    private const int MostOfMessage = 3;

    private const int MostOfKeys = 2;

    /// <summary>With fewer rows the channels need them more than the keys.</summary>
    private const int SmallRows = 10;

    /// <summary>With fewer columns the name of the program would leave no place for the state of the connection.</summary>
    private const int NarrowColumns = 60;

    private const int MostOfName = 24;

    private readonly ScreenFrame frame = new(hasColours);

    public WatchModel Model { get; } = new();

    /// <summary>The opened task; null: none.</summary>
    public TaskPane? Opened { get; set; }

    public void Open(string id) => Opened = new TaskPane(id, time);

    /// <summary>Closes a task that is gone, and shows it no longer.</summary>
    public void Forget(TaskPane gone)
    {
        Opened = Opened == gone ? null : Opened;
        Model.Remove(gone.Id);
    }

    public ScreenQuestion? Question { get; set; }

    /// <summary>Where the help is read; null: it is not shown.</summary>
    public Scroll? Help { get; set; }

    /// <summary>What the last key led to; safe to show.</summary>
    public string Message { get; set; } = "";

    /// <summary>Why the bus cannot be asked; null: it can.</summary>
    public string? Lost { get; set; }

    public string Draw((int Columns, int Rows) size)
    {
        var (bottom, cursor) = Bottom(size);
        var room = Math.Max(1, size.Rows - bottom.Count - (size.Rows < SmallRows ? 1 : 2));
        var chosen = -1;
        List<ScreenLine> lines;
        if (Help is { } help)
        {
            lines = [.. help.Part(WatchHelp.Lines(size.Columns), room).Select(static line => new ScreenLine(line))];
        }
        else if (Opened is { } opened)
        {
            lines = opened.Draw(size.Columns, room);
        }
        else
        {
            (lines, chosen) = new ListPane(Model, time).Draw(size.Columns, room);
        }

        lines = [.. lines.Take(room).Prepend(Title(size.Columns)).Take(size.Rows - bottom.Count)];
        while (lines.Count < size.Rows - bottom.Count)
        {
            lines.Add(new(""));
        }

        return frame.Compose([.. lines, .. bottom], size, chosen < 0 ? -1 : chosen + 1, cursor);
    }

    /// <summary>What is told, or an empty line; then what is asked, or the keys.</summary>
    private (List<ScreenLine> Lines, int? Cursor) Bottom((int Columns, int Rows) size)
    {
        List<string> told = [.. ShownLines.Of(Message, "", size.Columns)];
        if (told.Count > MostOfMessage)
        {
            told = [.. told.Take(MostOfMessage - 1), TextColumns.Cut($"{told[MostOfMessage - 1]}…", size.Columns)];
        }

        var keys = Help is null ? WatchHelp.Keys(size.Columns) : WatchHelp.KeysOfHelp(size.Columns);
        var (last, cursor) = Question?.Draw(size.Columns) ?? ([.. keys.Take(size.Rows < SmallRows ? 1 : MostOfKeys)], null);
        var look = Question is null ? LineLook.Faint : LineLook.Heading;
        var lines = told.Select(static line => new ScreenLine(line, LineLook.Stuck)).Concat(last.Select(line => new ScreenLine(line, look)));
        return ([.. lines.TakeLast(size.Rows)], cursor);
    }

    private ScreenLine Title(int columns)
    {
        var program = columns < NarrowColumns ? "watch" : "backchannel-mcp watch";
        var shown = Model.Only is { } only ? $"only {TextColumns.CutMiddle(ShownLines.One(only.Name), MostOfName)}, Esc shows all" : ShownLines.One(busName);
        return Lost is { } reason
            ? new($"watch: connection lost, trying again; Space tries at once: {reason}", LineLook.Stuck)
            : new($"{program}, live: {shown}", LineLook.Heading);
    }
}
