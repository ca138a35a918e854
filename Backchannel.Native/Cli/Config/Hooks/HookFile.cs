namespace Backchannel.Native.Cli.Config.Hooks;

/// <summary>A client's JSON file with lists of hooks, one of which is this program's.</summary>
internal sealed class HookFile : WakingFile
{
    private readonly JsonFormat format;
    private readonly JsonDialect dialect;
    private readonly IReadOnlyList<string> list;
    private readonly Func<HookLine, ConfigValue.Members> hook;

    /// <param name="path">The file on this system.</param>
    /// <param name="dialect">What the client reads.</param>
    /// <param name="list">The names that lead to the list, such as <c>hooks</c> and <c>Stop</c>.</param>
    /// <param name="hook">What the client must know of the hook, the command line among it.</param>
    public HookFile(Func<ClientPlaces, string> path, JsonDialect dialect, IReadOnlyList<string> list, Func<HookLine, ConfigValue.Members> hook)
        : base(path)
    {
        format = new(dialect);
        this.dialect = dialect;
        this.list = list;
        this.hook = hook;
    }

    /// <summary>Whether the hooks of the list stand in groups.</summary>
    public bool IsGrouped { get; init; } = true;

    /// <summary>What a file of hooks alone must have beside them.</summary>
    public (string Name, int Value)? Version { get; init; }

    public override string Kind => $"{list[^1]} hook";

    public override string Add(string text, HookLine command)
    {
        format.Validate(text);
        var versioned = Version is { } version ? format.Merge(text, [version.Name], new ConfigValue.AtLeast(version.Value)) : text;
        var after = AddHook(versioned, command);
        return format.IsReadable(after) && AddHook(after, command) == after ? after : throw new FormatException("its layout is one that this command does not edit");
    }

    public override string Remove(string text, HookLine command)
    {
        format.Validate(text);
        var after = text;
        while (Find(after, command).LastOrDefault() is { } found)
        {
            after = RemoveHook(after, found);
        }

        if (after == text)
        {
            return text;
        }

        after = RemoveEmpty(after);
        return format.IsReadable(after) ? after : throw new FormatException("its layout is one that this command does not edit");
    }

    public override bool IsNothing(string text)
    {
        var compact = string.Concat(text.Where(static c => !char.IsWhiteSpace(c)));
        return compact == "{}" || (Version is { } version && compact == $"{{\"{version.Name}\":{version.Value}}}");
    }

    public override string? ProgramIn(string text, HookLine command)
    {
        format.Validate(text);
        return Find(text, command).FirstOrDefault() is { } found ? command.ProgramIn(found.Line) : null;
    }

    private string AddHook(string text, HookLine command)
    {
        var wanted = hook(command);
        if (Find(text, command).FirstOrDefault() is not { } found)
        {
            return format.Merge(text, list, new ConfigValue.OneMore(IsGrouped ? ConfigValue.Of(("hooks", new ConfigValue.Items([wanted]))) : wanted));
        }

        // Member by member, since its owner may have added some.
        var (start, end) = (found.Hook.Start, found.Hook.End);
        return string.Concat(text.AsSpan(0, start), format.Merge(text[start..end], [], wanted), text.AsSpan(end));
    }

    private string RemoveHook(string text, FoundHook found)
    {
        var root = JsonSpan.Parse(text, dialect);
        if (found.Group is not { Items.Count: > 1 } group)
        {
            return JsonRemoval.Remove(text, root, root.At(list)!, found.Index);
        }

        return JsonRemoval.Remove(text, root, group, found.IndexInGroup);
    }

    /// <summary>A list, and an object around it, that is empty now came with the hook.</summary>
    private string RemoveEmpty(string text)
    {
        for (var depth = list.Count; depth > 0; depth--)
        {
            IReadOnlyList<string> path = [.. list.Take(depth)];
            if (JsonSpan.Parse(text, dialect).At(path) is not { End: var end, Start: var start } || end - start > 2)
            {
                break;
            }

            text = format.RemoveSafely(text, path);
        }

        return text;
    }

    private IEnumerable<FoundHook> Find(string text, HookLine command)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            yield break;
        }

        var elements = JsonSpan.Parse(text, dialect).At(list)?.Elements ?? [];
        foreach (var (index, element) in elements.Index())
        {
            var inside = Inside(text, element);
            var group = IsGrouped ? Member(inside, "hooks") : null;
            foreach (var (indexInGroup, candidate) in (IsGrouped ? group?.Elements ?? [] : [element]).Index())
            {
                if (Member(Inside(text, candidate), CommandMember(command)) is { } line
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

    private string CommandMember(HookLine command) =>
        hook(command).Values.First(member => member.Value is ConfigValue.Text text && text.Value == command.Line).Key;

    /// <summary>A hook of this program.</summary>
    /// <param name="Index">Which element of the list it is, or is in.</param>
    /// <param name="IndexInGroup">Which hook of its group it is.</param>
    /// <param name="Hook">Where it stands.</param>
    /// <param name="Group">The hooks of its group; null: there are no groups.</param>
    /// <param name="Line">Its command line.</param>
    private sealed record FoundHook(int Index, int IndexInGroup, JsonSpan Hook, JsonSpan? Group, string Line);
}
