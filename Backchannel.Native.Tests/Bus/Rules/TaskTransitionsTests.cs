using System.Text;
using Backchannel.Native.Bus.Rules;

namespace Backchannel.Native.Tests.Bus.Rules;

public sealed class TaskTransitionsTests
{
    private static string Page => RepositoryRoot.Combine("Backchannel.Native", "Bus", "Pages", "docs", "protocol.md");

    [Fact]
    public void The_table_stands_in_the_documentation()
    {
        const string Begin = "<!-- begin transitions -->\n";
        var page = File.ReadAllText(Page);
        var start = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var stop = page.IndexOf("<!-- end transitions -->", StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(Page, page[..start] + Table() + page[stop..]);
            return;
        }

        Assert.Equal(Table(), page[start..stop]);
    }

    [Fact]
    public void What_is_final_stays_but_for_the_reopening_of_a_failed_task()
    {
        TaskPhase[] final = [TaskPhase.Acknowledged, TaskPhase.Failed, TaskPhase.Cancelled, TaskPhase.Expired];

        var ways = final.SelectMany(static phase => Enum.GetValues<TaskEvent>().Select(happened => (phase, happened, next: TaskTransitions.Next(phase, happened))))
            .Where(static way => way.next is not null && way.happened != TaskEvent.TimeOver);

        Assert.Equal([(TaskPhase.Failed, TaskEvent.Reopen, TaskPhase.Open)], ways.Select(static way => (way.phase, way.happened, way.next!.Value)));
    }

    private static string Table()
    {
        var events = Enum.GetValues<TaskEvent>();
        var table = new StringBuilder("| |").AppendJoin('|', events.Select(static happened => $" {Words(happened)} ")).Append("|\n|---|");
        table.Insert(table.Length, "---|", events.Length).Append('\n');
        foreach (var phase in Enum.GetValues<TaskPhase>())
        {
            table.Append($"| **{phase.ToWire()}** |")
                .AppendJoin('|', events.Select(happened => $" {TaskTransitions.Next(phase, happened)?.ToWire() ?? "–"} ")).Append("|\n");
        }

        return table.ToString();
    }

    private static string Words(TaskEvent happened) => happened switch
    {
        TaskEvent.Ready => "delay over, prerequisites done",
        TaskEvent.PrerequisiteLost => "prerequisite lost",
        TaskEvent.Claim => "claim",
        TaskEvent.Ack => "ack",
        TaskEvent.Release => "release",
        TaskEvent.AttemptFailed => "attempt failed, one is left",
        TaskEvent.AttemptLost => "worker gone, an attempt is left",
        TaskEvent.LastAttemptFailed => "last attempt failed",
        TaskEvent.MaximumLowered => "maximum of attempts lowered to those used",
        TaskEvent.Cancel => "cancel",
        TaskEvent.Reopen => "reopen",
        TaskEvent.TimeOver => "time over",
        _ => throw new ArgumentOutOfRangeException(nameof(happened)),
    };
}
