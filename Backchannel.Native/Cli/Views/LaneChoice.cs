using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Views;

/// <summary>The channels that a command line names; all that the key may see when it names none.</summary>
internal sealed class LaneChoice(IReadOnlyList<string> names)
{
    public bool IsAll => names.Count == 0;

    public IReadOnlyList<LaneView> Of(LaneList list) =>
        IsAll ? list.Lanes : [.. list.Lanes.Where(lane => names.Contains(lane.Name) || names.Contains(lane.Id))];

    /// <summary>A sentence about those that are not there; null: all are.</summary>
    public string? Missing(LaneList list)
    {
        var missing = names.Where(name => !list.Lanes.Any(lane => lane.Name == name || lane.Id == name)).ToList();
        return missing.Count == 0
            ? null
            : $"There is no channel {string.Join(", ", missing.Select(static name => $"'{ShownLines.One(name)}'"))} yet, or this key may not see it. It is shown once there is one.";
    }
}
