namespace Backchannel.Native.Cli.Config.Hooks;

/// <summary>A client's JSON file in which hooks of this program stand beside those of others.</summary>
/// <param name="path">The file on this system.</param>
/// <param name="dialect">What the client reads.</param>
/// <param name="lists">The lists in which one hook each is this program's.</param>
internal sealed class HookFile(Func<ClientPlaces, string> path, JsonDialect dialect, params IReadOnlyList<HookList> lists) : WakingFile(path)
{
    private readonly JsonFormat format = new(dialect);

    /// <summary>What a file of hooks alone must have beside them.</summary>
    public (string Name, int Value)? Version { get; init; }

    public override string Kind => $"{string.Join(" and ", lists.Select(static list => list.Name))} hook{(lists.Count > 1 ? "s" : "")}";

    public override string Add(string text, HookLine command)
    {
        format.Validate(text);
        var versioned = Version is { } version ? format.Merge(text, [version.Name], new ConfigValue.AtLeast(version.Value)) : text;
        var after = AddEach(versioned, command);
        return format.IsReadable(after) && AddEach(after, command) == after ? after : throw OtherLayout();
    }

    public override string Remove(string text, HookLine command, string earlier = "")
    {
        format.Validate(text);
        // The last one first, so that the empty objects around them are those that came with the first.
        var after = lists.Reverse().Aggregate(text, (edited, list) => list.Remove(edited, command, earlier));
        after = Version is { } version && after != text && earlier.Length > 0 && !format.Has(earlier, [version.Name]) ? format.RemoveSafely(after, [version.Name]) : after;
        return format.IsReadable(after) ? after : throw OtherLayout();
    }

    public override bool IsNothing(string text)
    {
        var compact = string.Concat(text.Where(static c => !char.IsWhiteSpace(c)));
        return compact is "" or "{}" || (Version is { } version && compact == $"{{\"{version.Name}\":{version.Value}}}");
    }

    public override string? ProgramIn(string text, HookLine command)
    {
        format.Validate(text);
        var programs = lists.Select(list => list.ProgramIn(text, command)).ToList();
        return programs.Contains(null) ? null : programs[0];
    }

    private string AddEach(string text, HookLine command) => lists.Aggregate(text, (edited, list) => list.Add(edited, command));

    private static FormatException OtherLayout() => new("its layout is one that this command does not edit");
}
