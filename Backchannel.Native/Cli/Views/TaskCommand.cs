using System.CommandLine;
using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Views;

/// <summary>Shows the whole life of one task.</summary>
internal sealed class TaskCommand : ViewCommand
{
    private const int ShortestEnd = 4;

    private readonly Argument<string> id = new("ID") { Description = "Id of the task, or the end of it as 'tasks' shows it in a terminal" };

    public TaskCommand(CliOptions options, Surroundings surroundings)
        : base("task", "Show the whole life of a task: attempts, notes, questions, prerequisites, files and result", options, surroundings) =>
        Add(id);

    protected override async Task ShowAsync(ParseResult parsed, View view, CancellationToken cancellationToken)
    {
        var typed = parsed.GetRequiredValue(id).Trim();
        if (typed.Length < ShortestEnd)
        {
            throw new SettingsException($"ID is '{typed}'; it takes a whole id, or its last {ShortestEnd} characters or more.");
        }

        var lanes = (await view.Bus.LanesAsync(cancellationToken)).Lanes;
        var whole = Guid.TryParse(typed, out var _) ? typed : await FindAsync(typed, lanes, view.Bus, cancellationToken);
        var state = await view.Bus.TaskAsync(whole, cancellationToken);
        if (view.IsJson)
        {
            view.WriteJson(state, WireJsonContext.Default.MessageState);
            return;
        }

        var lane = lanes.FirstOrDefault(lane => lane.Id == state.Message.ChannelId)?.Name ?? state.Message.ChannelId;
        WriteLines(view.Output, new TaskStory(view.Time, view.Columns).Tell(state, lane));
    }

    private static async Task<string> FindAsync(string end, IReadOnlyList<LaneView> lanes, BusViews bus, CancellationToken cancellationToken)
    {
        HashSet<string> found = [];
        var where = lanes.Count > BusViews.MostLanes ? $"{BusViews.MostLanes} of {lanes.Count} channels; the others were not looked at" : "each channel";
        foreach (var lane in LaneWords.ByNeed(lanes).Take(BusViews.MostLanes))
        {
            var rows = await bus.TasksAsync(lane.Id, state: null, Limits.MaxPageSize, cancellationToken);
            found.UnionWith(rows.Select(static row => row.Id).Where(whole => whole.EndsWith(end, StringComparison.OrdinalIgnoreCase)));
        }

        return found.Count == 1 ? found.Single() : throw new BackchannelException(found.Count == 0
            ? $"no id ends with '{end}' among the newest {Limits.MaxPageSize} tasks of {where}"
            : $"the ids of {found.Count} tasks end with '{end}': {string.Join(", ", found)}")
        {
            Code = ErrorCodes.MessageNotFound,
            Advice = "Give the whole id; 'backchannel-mcp tasks --json CHANNEL' shows it.",
        };
    }
}
