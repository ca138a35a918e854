using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Backchannel.Native.Text;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Views;

/// <summary>Shows the tasks of some channels.</summary>
internal sealed class TasksCommand : ViewCommand
{
    private static readonly string[] States =
        [TaskStates.Open, TaskStates.Claimed, TaskStates.Waiting, TaskStates.Failed, TaskStates.Cancelled, TaskStates.Acknowledged];

    private readonly Argument<string[]> channels = new("CHANNEL")
    {
        Description = "Names or ids of channels, also several between commas. Default: those that this key may see",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> state = new("--state") { Description = $"Only tasks in this state: {string.Join(", ", States)}", HelpName = "state" };
    private readonly Option<string?> limit = new("--limit") { Description = $"How many tasks at most, 1 to {Limits.MaxPageSize}. Default: {Limits.DefaultPageSize}", HelpName = "n" };

    public TasksCommand(CliOptions options, Surroundings surroundings)
        : base("tasks", "Show tasks, those that changed last first", options, surroundings)
    {
        Add(channels);
        Add(state);
        Add(limit);
    }

    protected override async Task ShowAsync(ParseResult parsed, View view, CancellationToken cancellationToken)
    {
        string[] named = [.. (parsed.GetValue(channels) ?? []).SelectMany(static name => ListValue.Read("CHANNEL", name)).Distinct()];
        var (wanted, most) = (ReadState(parsed.GetValue(state)), ReadLimit(parsed.GetValue(limit)));
        if (named.Length > BusViews.MostLanes)
        {
            throw new SettingsException($"{named.Length} channels are given; 'tasks' reads at most {BusViews.MostLanes}, each in a request. Name fewer.");
        }

        var list = await view.Bus.LanesAsync(cancellationToken);
        var read = named.Length > 0 ? named : [.. LaneWords.ByNeed(list.Lanes).Take(BusViews.MostLanes).Select(static lane => lane.Id)];
        List<TaskRow> rows = [];
        foreach (var channel in read)
        {
            rows.AddRange(await view.Bus.TasksAsync(channel, wanted, most, cancellationToken));
        }

        rows = [.. rows.OrderByDescending(static row => row.ChangedAt, StringComparer.Ordinal).Take(most)];
        var left = named.Length > 0 ? 0 : list.Lanes.Count - read.Length;
        if (view.IsJson)
        {
            view.WriteJson(Json(rows, left));
            return;
        }

        if (rows.Count == 0)
        {
            var where = left > 0 ? " in the channels that were looked at" : "";
            view.Output.WriteLine(wanted is null ? $"There are no tasks{where}." : $"There are no tasks in the state '{wanted}'{where}.");
        }
        else
        {
            WriteLines(view.Output, RowWords.Table(rows, list.Lanes.ToDictionary(static lane => lane.Id, static lane => lane.Name), view.Time, view.Columns).Lines());
        }

        if (left > 0)
        {
            view.Output.WriteLine($"{left} more channels were not looked at. Name the channels that you want to see.");
        }
    }

    private static ReadOnlyMemory<byte> Json(IReadOnlyList<TaskRow> rows, int left) => ReadableJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("tasks"u8);
        foreach (var row in rows)
        {
            JsonSerializer.Serialize(writer, row, WireJsonContext.Default.TaskRow);
        }

        writer.WriteEndArray();
        writer.WriteNumber("channels_left_out"u8, left);
        writer.WriteEndObject();
    });

    private static string? ReadState(string? typed) => typed is null || States.Contains(typed)
        ? typed
        : throw new SettingsException($"--state is '{typed}'; it takes {string.Join(", ", States[..^1])} or {States[^1]}.");

    private static int ReadLimit(string? typed) => typed switch
    {
        null => Limits.DefaultPageSize,
        _ when int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= Limits.MaxPageSize => number,
        _ => throw new SettingsException($"--limit is '{typed}'; it takes a whole number from 1 to {Limits.MaxPageSize}."),
    };
}
