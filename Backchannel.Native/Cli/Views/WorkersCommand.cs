using System.CommandLine;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Views;

/// <summary>Shows who works, who waits for work, and what ended lately.</summary>
internal sealed class WorkersCommand(CliOptions options, Surroundings surroundings)
    : ViewCommand("workers", "Show who waits for tasks, who holds which task since when, what ended lately, and where nobody is there", options, surroundings)
{
    protected override async Task ShowAsync(ParseResult parsed, View view, CancellationToken cancellationToken)
    {
        var workers = await view.Bus.WorkersAsync(cancellationToken);
        if (view.IsJson)
        {
            view.WriteJson(workers, WireJsonContext.Default.WorkerList);
            return;
        }

        var lanes = (await view.Bus.LanesAsync(cancellationToken)).Lanes;
        var names = lanes.ToDictionary(static lane => lane.Id, static lane => lane.Name);
        string Name(string channel) => names.GetValueOrDefault(channel, channel);

        var deserted = new TextTable(view.Columns, new("LANE", TextTable.Kind.Name), new("OPEN", IsNumber: true), new("OLDEST OPEN"));
        foreach (var lane in lanes.Where(LaneWords.IsDeserted))
        {
            deserted.Add(lane.Name, $"{lane.Open}", view.Time.Of(lane.OldestOpenAt));
        }

        // In a narrow terminal the lease is left out first: a runner renews it all the time.
        var holding = new TextTable(
            view.Columns,
            new("WORKER", TextTable.Kind.Name),
            new("LANE", TextTable.Kind.Name, LeftOut: 3),
            new("SINCE", LeftOut: 2),
            new("LEASE UNTIL", LeftOut: 1),
            new("ID"),
            new("TASK", TextTable.Kind.Text));
        foreach (var holder in workers.Holding)
        {
            holding.Add(
                holder.Actor, Name(holder.ChannelId), $"{view.Time.Of(holder.Since)}{(holder.Silent ? ", silent" : "")}", view.Time.Of(holder.LeaseExpiresAt),
                view.Columns is null ? holder.MessageId : RowWords.ShortId(holder.MessageId), holder.Content);
        }

        var waiting = new TextTable(view.Columns, new("WORKER", TextTable.Kind.Name), new("LANE", TextTable.Kind.Name), new("SINCE"));
        foreach (var waiter in workers.Waiting)
        {
            waiting.Add(waiter.Actor, Name(waiter.ChannelId), view.Time.Of(waiter.Since));
        }

        Print(view, "Nobody there, and tasks are open:", deserted, nothing: null);
        Print(view, "Holding a task:", holding, "Nobody holds a task.");
        Print(view, "Waiting for a task:", waiting, "Nobody waits for a task.");
        Print(view, "Ended lately:", RowWords.Table(workers.Ended, names, view.Time, view.Columns), "No task has ended lately.");
    }

    /// <param name="nothing">Stands in the place of an empty table; null: nothing does.</param>
    private static void Print(View view, string heading, TextTable table, string? nothing)
    {
        if (table.Count > 0)
        {
            WriteLines(view.Output, [heading, .. table.Lines(), ""]);
        }
        else if (nothing is not null)
        {
            WriteLines(view.Output, [nothing, ""]);
        }
    }
}
