namespace Backchannel.Native.Cli.Config.Hooks;

/// <summary>A list of hooks in a client's JSON file, one of which is this program's.</summary>
/// <param name="dialect">What the client reads.</param>
/// <param name="name">The client's name for the event, such as <c>Stop</c>.</param>
/// <param name="hook">What the client must know of the hook, the command line among it.</param>
internal sealed class HookList(JsonDialect dialect, string name, Func<HookLine, ConfigValue.Members> hook)
{
    private readonly JsonFormat format = new(dialect);
    private readonly IReadOnlyList<string> path = ["hooks", name];

    public string Name => name;

    /// <summary>Whether the hooks of the list stand in groups.</summary>
    public bool IsGrouped { get; init; } = true;

    /// <inheritdoc cref="WakingFile.Add"/>
    public string Add(string text, HookLine command)
    {
        var wanted = hook(command);
        if (Find(text, command).FirstOrDefault() is not { } found)
        {
            return format.Merge(text, path, new ConfigValue.OneMore(IsGrouped ? ConfigValue.Of(("hooks", new ConfigValue.Items([wanted]))) : wanted));
        }

        // Member by member, since its owner may have added some.
        var (start, end) = (found.Hook.Start, found.Hook.End);
        return string.Concat(text.AsSpan(0, start), format.Merge(text[start..end], [], wanted), text.AsSpan(end));
    }

    /// <inheritdoc cref="WakingFile.Remove"/>
    public string Remove(string text, HookLine command, string earlier)
    {
        var after = text;
        while (Find(after, command).LastOrDefault() is { } found)
        {
            var root = JsonSpan.Parse(after, dialect);
            after = found.Group is { Items.Count: > 1 } group
                ? JsonRemoval.Remove(after, root, group, found.IndexInGroup)
                : JsonRemoval.Remove(after, root, root.At(path)!, found.Index);
        }

        return after == text ? text : RemoveEmpty(after, earlier);
    }

    /// <inheritdoc cref="WakingFile.ProgramIn"/>
    public string? ProgramIn(string text, HookLine command) => Find(text, command).FirstOrDefault() is { } found ? command.ProgramIn(found.Line) : null;

    /// <summary>A list, and an object around it, that is empty now came with the hook, unless an earlier text had it.</summary>
    private string RemoveEmpty(string text, string earlier)
    {
        for (var depth = path.Count; depth > 0; depth--)
        {
            IReadOnlyList<string> around = [.. path.Take(depth)];
            if (JsonSpan.Parse(text, dialect).At(around) is not { End: var end, Start: var start } || end - start > 2 || format.Has(earlier, around))
            {
                break;
            }

            text = format.RemoveSafely(text, around);
        }

        return text;
    }

    private IEnumerable<FoundHook> Find(string text, HookLine command)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            yield break;
        }

        var lineMember = hook(command).Values.First(member => member.Value is ConfigValue.Text words && words.Value.StartsWith(command.Line, StringComparison.Ordinal)).Key;
        var elements = JsonSpan.Parse(text, dialect).At(path)?.Elements ?? [];
        foreach (var (index, element) in elements.Index())
        {
            var group = IsGrouped ? Member(Inside(text, element), "hooks") : null;
            foreach (var (indexInGroup, candidate) in (IsGrouped ? group?.Elements ?? [] : [element]).Index())
            {
                if (Member(Inside(text, candidate), lineMember) is { } line
                    && JsonSpelling.Unquote(text[line.Start..line.End]) is { } words
                    && command.IsOurs(words))
                {
                    yield return new(index, indexInGroup, candidate, group, words);
                }
            }
        }
    }

    /// <summary>What is in an element of a list; null: nothing that could be looked into.</summary>
    private JsonSpan? Inside(string text, JsonSpan element)
    {
        try
        {
            return JsonSpan.Parse(text[element.Start..element.End], dialect).Moved(element.Start);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static JsonSpan? Member(JsonSpan? value, string name) =>
        value?.Members?.Where(member => member.Name == name).ToList() is [var only] ? only.Value : null;

    /// <summary>A hook of this program.</summary>
    /// <param name="Index">Which element of the list it is, or is in.</param>
    /// <param name="IndexInGroup">Which hook of its group it is.</param>
    /// <param name="Hook">Where it stands.</param>
    /// <param name="Group">The hooks of its group; null: there are no groups.</param>
    /// <param name="Line">Its command line.</param>
    private sealed record FoundHook(int Index, int IndexInGroup, JsonSpan Hook, JsonSpan? Group, string Line);
}
