using System.Globalization;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Who is there for a posted task, in one sentence.</summary>
internal static class LaneWorkers
{
    /// <summary>Workers may wait for the name of a channel that does not exist yet: each looks for it again within this time.</summary>
    private static readonly TimeSpan Newness = TimeSpan.FromSeconds(10);

    /// <param name="workers">Null where the bus does not say.</param>
    /// <param name="now">By the bus's clock, a <see cref="Timestamp"/>.</param>
    /// <param name="createdAt">When the channel was made, likewise.</param>
    public static string? Tell(WorkerCounts? workers, string now, string createdAt) => workers switch
    {
        null => null,
        { Waiting: > 0 and var waiting } => $"{Count(waiting, "worker waits", "workers wait")} here.",
        { Holding: > 0 and var holding } => $"Nobody waits here; {Count(holding, "task is", "tasks are")} being worked on.",
        { LastClaimAt: { } last } when Ago(last, now) is { } ago => $"Nobody waits here; the last claim was {ago} ago.",
        _ when IsNew(createdAt, now) => "The channel is new: workers that wait for its name find the task within seconds.",
        _ => "Nobody waits here, and nobody has claimed here yet.",
    };

    private static bool IsNew(string createdAt, string now) =>
        Timestamp.TryParse(createdAt, out var then) && Timestamp.TryParse(now, out var present) && present - then < Newness;

    private static string Count(int count, string one, string many) => count == 1 ? $"1 {one}" : $"{count.ToString(CultureInfo.InvariantCulture)} {many}";

    private static string? Ago(string last, string now)
    {
        if (!Timestamp.TryParse(last, out var then) || !Timestamp.TryParse(now, out var present))
        {
            return null;
        }

        var ago = present - then;
        return ago switch
        {
            { TotalSeconds: < 90 } => $"{Math.Max(0, ago.TotalSeconds):0} s",
            { TotalMinutes: < 90 } => $"{ago.TotalMinutes:0} min",
            { TotalHours: < 48 } => $"{ago.TotalHours:0} h",
            _ => $"{ago.TotalDays:0} days",
        };
    }
}
