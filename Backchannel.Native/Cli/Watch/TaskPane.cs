using Backchannel.Native.Cli.Views;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Watch;

/// <summary>A task that was opened: its whole life, which may be longer than the screen.</summary>
internal sealed class TaskPane(string id, ShownTime time)
{
    private MessageState? state;
    private string lane = "";
    private readonly Scroll scroll = new();

    public string Id => id;

    /// <summary>The newest version that was read.</summary>
    public long Version => state?.Version ?? -1;

    /// <summary>Takes what was read, unless it is older than what is shown.</summary>
    public void Set(MessageState read, string laneName) => (state, lane) = read.Version >= Version ? (read, laneName) : (state, lane);

    /// <param name="steps">Up is negative.</param>
    public void Move(int steps) => scroll.Move(steps);

    public List<ScreenLine> Draw(int columns, int rows)
    {
        if (state is null)
        {
            return [new($"Task {id} is being read.")];
        }

        var story = new TaskStory(time, columns).Tell(state, lane);
        return [.. scroll.Part(story, rows).Select(static line => new ScreenLine(line, Look(line)))];
    }

    /// <remarks>Texts of others never begin in the first column: see <see cref="TaskStory"/>.</remarks>
    private static LineLook Look(string line) =>
        line.StartsWith("Question ", StringComparison.Ordinal) ? LineLook.Stuck
        : line.Length > 0 && line[0] != ' ' && !line.Contains("  ", StringComparison.Ordinal) ? LineLook.Heading
        : LineLook.Plain;
}
