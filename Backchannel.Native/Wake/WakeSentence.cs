using System.Globalization;

namespace Backchannel.Native.Wake;

/// <summary>What a model is told: who speaks, what there is, and which tool to call. Several hosts show it as the user's own words.</summary>
/// <remarks>Nothing of it comes from another agent but ids of messages, which the bus gives.</remarks>
internal static class WakeSentence
{
    /// <summary>Begins each: by it a hook tells our words from the user's.</summary>
    public const string Start = "Your MCP server backchannel (a program, not the user) says: ";

    /// <summary>More make the sentence long; <c>my_tasks</c> lists them all.</summary>
    private const int MostIds = 10;

    private const int LongestName = 100;

    /// <param name="events">At least one.</param>
    /// <param name="written">When the model may read it much later; null: it reads it now.</param>
    /// <param name="isLast">Whether no further one comes until the user has said something.</param>
    public static string Write(IReadOnlyList<WakeEvent> events, DateTimeOffset? written = null, bool isLast = false)
    {
        List<string> parts = [];
        Add(parts, events, WakeKind.Over, "task that you posted is over", "tasks that you posted are over", "for the result", "for the results", "version");
        Add(parts, events, WakeKind.Question, "worker asks you something", "workers ask you something", "to read the question", "to read the questions", "note");
        parts.AddRange(
            from one in events
            where one.Lane is not null
            group one by one.Lane into lane
            let name = NameOf(lane.Key)
            select lane.First().Kind == WakeKind.Task
                ? $"{Count(lane.Count(), "task waits", "tasks wait", LaneTasks.Most)} for a worker{On(name)}, call claim_task{With(name)}{Newest(lane)}"
                : $"{Count(lane.Count(), "new message is", "new messages are", SessionInterest.MostMessages)} there to read{On(name)}, call subscribe{With(name)}{Newest(lane)}");
        var stale = written is { } time
            ? string.Create(CultureInfo.InvariantCulture, $" (this was so on {time.UtcDateTime:yyyy-MM-dd} at {time.UtcDateTime:HH:mm} UTC, so look first if that is long ago)")
            : "";
        var last = isLast ? "; nothing more will be said until the user has written something" : "";
        return $"{Start}{string.Join("; and ", parts)}{stale}; if you know this already, there is nothing to do{last}.";
    }

    private static void Add(List<string> parts, IReadOnlyList<WakeEvent> events, WakeKind kind, string one, string many, string forOne, string forMany, string mark)
    {
        var own = events.Where(known => known.Kind == kind).ToList();
        var ids = own.Select(static known => known.Id).Distinct().ToList();
        if (ids.Count == 0)
        {
            return;
        }

        var call = !ids.TrueForAll(IsPlain) || ids.Count > MostIds ? $"call my_tasks to see which{Newest(own)}"
            : ids.Count == 1 ? $"call await_result with message_id {ids[0]} {forOne}{Marks(own, mark)}"
            : $"call await_result with message_ids {string.Join(", ", ids)} {forMany}{Marks(own, mark)}";
        parts.Add($"{Count(ids.Count, one, many)}, {call}");
    }

    /// <summary>Makes each sentence another one: Claude Code drops a message that is equal to one of the last 30 s.</summary>
    private static string Newest(IEnumerable<WakeEvent> events) => events.Last() is var last && IsPlain(last.Id)
        ? $" (the newest is {last.Id}{(last.Kind == WakeKind.Task && last.Mark != "0" ? $", free again: {last.Mark}" : "")})"
        : "";

    /// <inheritdoc cref="Newest"/>
    private static string Marks(List<WakeEvent> events, string name)
    {
        var marks = events.TakeLast(MostIds).Select(static one => one.Mark).Where(static mark => mark.Length > 0 && IsPlain(mark)).ToList();
        return marks.Count == 0 ? "" : $" ({name}{(marks.Count > 1 ? "s" : "")} {string.Join(", ", marks)})";
    }

    /// <param name="most">How many are counted.</param>
    private static string Count(int count, string one, string many, int most = int.MaxValue) =>
        count == 1 ? $"1 {one}" : $"{count.ToString(CultureInfo.InvariantCulture)}{(count >= most ? " or more" : "")} {many}";

    private static string On(string? name) => name is null ? " on a channel that you follow" : $" on the channel {name}";

    private static string With(string? name) => name is null ? "" : $" with channel {name}";

    /// <returns>Null: the name could read as words of its own.</returns>
    private static string? NameOf(string lane) => lane.Length <= LongestName && IsPlain(lane) ? lane : null;

    private static bool IsPlain(string text) => text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':');
}
