using Backchannel.Native.Cli.Views;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Watch;

/// <summary>The channels and tasks that are shown, in their order, and which of them is chosen.</summary>
internal sealed class WatchModel
{
    /// <summary>Of more tasks, one's own that are stuck and those that changed last are kept.</summary>
    private const int MostRows = 500;

    private readonly Dictionary<string, TaskRow> rows = [];
    private string? chosen;
    private int place;

    /// <summary>Whether the bus has told its channels.</summary>
    public bool IsRead { get; private set; }

    public IReadOnlyList<LaneView> Lanes { get; private set; } = [];

    /// <summary>The tasks of <see cref="Only"/>, those that need a person first.</summary>
    public IReadOnlyList<TaskRow> Rows { get; private set; } = [];

    /// <summary>The channel whose tasks alone are shown; null: those of all.</summary>
    public LaneView? Only { get; private set; }

    /// <summary>Place of what is chosen, in the channels followed by the tasks.</summary>
    public int Place => place;

    public int Count => Lanes.Count + Rows.Count;

    public LaneView? ChosenLane => place < Lanes.Count ? Lanes[place] : null;

    public TaskRow? ChosenRow => place >= Lanes.Count && place < Count ? Rows[place - Lanes.Count] : null;

    public TaskRow? Find(string id) => rows.GetValueOrDefault(id);

    public string NameOf(string channelId) => Lanes.FirstOrDefault(lane => lane.Id == channelId)?.Name ?? channelId;

    /// <summary>Tasks of a channel that is shown no more go with it: it was deleted, or the key may not see it now.</summary>
    public void SetLanes(IReadOnlyList<LaneView> lanes)
    {
        var gone = Lanes.Select(static lane => lane.Id).Except(lanes.Select(static lane => lane.Id)).ToHashSet();
        foreach (var row in rows.Values.Where(row => gone.Contains(row.ChannelId)).ToList())
        {
            rows.Remove(row.Id);
        }

        IsRead = true;
        Lanes = [.. LaneWords.ByNeed(lanes)];
        Only = Only is { } only ? Lanes.FirstOrDefault(lane => lane.Id == only.Id) : null;
        Arrange();
    }

    public void SetTasks(string channelId, IReadOnlyList<TaskRow> tasks)
    {
        foreach (var row in rows.Values.Where(row => row.ChannelId == channelId).ToList())
        {
            rows.Remove(row.Id);
        }

        Merge(tasks);
    }

    /// <summary>Takes those that are newer than what is known.</summary>
    public void Merge(IReadOnlyList<TaskRow> tasks)
    {
        foreach (var row in tasks.Where(row => rows.GetValueOrDefault(row.Id) is not { } known || known.Version <= row.Version))
        {
            rows[row.Id] = row;
        }

        foreach (var row in rows.Values.OrderBy(Distance).ThenByDescending(static row => row.ChangedAt, StringComparer.Ordinal).Skip(MostRows).ToList())
        {
            rows.Remove(row.Id);
        }

        Arrange();
    }

    public void Remove(string id)
    {
        rows.Remove(id);
        Arrange();
    }

    public void Show(LaneView? only)
    {
        Only = only;
        chosen = null;
        place = Lanes.Count;
        Arrange();
    }

    /// <param name="steps">Up is negative.</param>
    public void Move(int steps)
    {
        place = Math.Clamp(place + steps, 0, Math.Max(0, Count - 1));
        chosen = IdAt(place);
    }

    /// <summary>To the first task, or from the tasks to the first channel.</summary>
    public void Jump() => Move((place < Lanes.Count ? Lanes.Count : 0) - place);

    private void Arrange()
    {
        Rows =
        [
            .. rows.Values.Where(row => Only is null || row.ChannelId == Only.Id)
                .OrderBy(Distance).ThenBy(Rank).ThenByDescending(static row => row.ChangedAt, StringComparer.Ordinal),
        ];

        // What is chosen stays chosen wherever it moves to. Before the first key that is the first task.
        var index = chosen is null ? Lanes.Count : Enumerable.Range(0, Count).FirstOrDefault(at => IdAt(at) == chosen, place);
        place = Math.Clamp(index, 0, Math.Max(0, Count - 1));
    }

    private string? IdAt(int at) => at < Lanes.Count ? Lanes[at].Id : at < Count ? Rows[at - Lanes.Count].Id : null;

    /// <summary>Stuck tasks that this key posted, then those of its channels, then everything else.</summary>
    /// <remarks>Strangers may have stuck tasks too, as many as they like, also in its channels: these push nothing of one's own off the screen.</remarks>
    private int Distance(TaskRow row) => !RowWords.IsStuck(row) ? 2 : row.Mine ? 0 : Lanes.Any(lane => lane.Own && lane.Id == row.ChannelId) ? 1 : 2;

    private static int Rank(TaskRow row) => row switch
    {
        { Question: not null } => 0,
        { State: TaskStates.Failed } => 1,
        { State: TaskStates.Claimed } => 2,
        { State: TaskStates.Open } => 3,
        { State: TaskStates.Waiting } => 4,
        _ => 5,
    };
}
