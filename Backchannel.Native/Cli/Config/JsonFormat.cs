namespace Backchannel.Native.Cli.Config;

/// <summary>JSON, edited as text so that comments, order and layout stay.</summary>
/// <remarks>No library of .NET does that: JsonNode, Json.NET and the readers of JSONC and JSON5 drop comments or layout when they write.</remarks>
/// <param name="dialect">What the client reads; anything else in its file is refused, for the client would refuse it too.</param>
internal sealed class JsonFormat(JsonDialect dialect) : ConfigFormat
{
    public override string Render(IReadOnlyList<string> path, ConfigValue value) =>
        JsonSpelling.Spread(value.Under(path), "\n", "  ", "") + "\n";

    public override string Merge(string text, IReadOnlyList<string> path, ConfigValue value)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return Render(path, value);
        }

        var root = JsonSpan.Parse(text, dialect);
        var found = root;
        for (var depth = 0; depth < path.Count; depth++)
        {
            if (found.Members is null)
            {
                throw new FormatException($"{Named(path.Take(depth))} is not an object");
            }

            if (found.Find(path[depth]) is not { } member)
            {
                return Insert(text, root, found, $"{JsonSpelling.Quote(path[depth])}: ", value.Under(path.Skip(depth + 1)));
            }

            found = member.Value;
        }

        if (value is ConfigValue.Members members && found.Members is not null)
        {
            // Member by member: what its owner added to the entry, such as a key or a time limit, is not ours to drop.
            return members.Values.Aggregate(text, (edited, member) => Merge(edited, [.. path, member.Key], member.Value));
        }

        if (value is ConfigValue.Including item)
        {
            return Include(text, root, found, item, path);
        }

        if (value is ConfigValue.OneMore more)
        {
            return found.Elements is null ? throw new FormatException($"{Named(path)} is not a list") : Insert(text, root, found, "", more.Value);
        }

        var wanted = JsonSpelling.OnOneLine(value);
        var existing = text[found.Start..found.End];
        return Satisfies(existing, value) || JsonSpelling.AreEqual(existing, wanted)
            ? text
            : Apply(text, new TextEdit(found.Start, found.End, wanted));
    }

    public override void Validate(string text)
    {
        if (!string.IsNullOrWhiteSpace(text))
        {
            JsonSpan.Parse(text, dialect);
        }
    }

    public override bool Has(string text, IReadOnlyList<string> path) => At(text, path) is not null;

    public override bool HasMembers(string text, IReadOnlyList<string> path) => At(text, path)?.Members is not null;

    public override IReadOnlyList<string> Names(string text, IReadOnlyList<string> path) =>
        [.. At(text, path)?.Members?.Select(static member => member.Name) ?? []];

    public override string? TextAt(string text, IReadOnlyList<string> path) => At(text, path) is { } value ? JsonSpelling.Unquote(text[value.Start..value.End]) : null;

    protected override string Remove(string text, IReadOnlyList<string> path)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return text;
        }

        var root = JsonSpan.Parse(text, dialect);
        var around = root.At(path.SkipLast(1));
        return around?.Find(path[^1]) is { } member
            ? JsonRemoval.Remove(text, root, around, around.Members!.ToList().IndexOf(member))
            : text;
    }

    private JsonSpan? At(string text, IReadOnlyList<string> path) => string.IsNullOrWhiteSpace(text) ? null : JsonSpan.Parse(text, dialect).At(path);

    private static string Include(string text, JsonSpan root, JsonSpan found, ConfigValue.Including item, IReadOnlyList<string> path)
    {
        var elements = found.Elements ?? throw new FormatException($"{Named(path)} is not a list");
        return elements.Any(element => JsonSpelling.AreEqual(text[element.Start..element.End], JsonSpelling.Quote(item.Value)))
            ? text
            : Insert(text, root, found, "", new ConfigValue.Text(item.Value));
    }

    /// <param name="target">The object or array that gets one thing more.</param>
    /// <param name="name">The name with its colon; empty in an array.</param>
    private static string Insert(string text, JsonSpan root, JsonSpan target, string name, ConfigValue value)
    {
        var layout = new JsonLayout(text, root);
        var close = target.End - 1;
        var place = layout.EndOfContent(close);
        var last = target.Last?.End;
        var trailing = last is { } end && layout.CommaBetween(end, close) is not null;
        var edits = new List<TextEdit>();
        if (last is { } behindLast && !trailing)
        {
            edits.Add(new(behindLast, behindLast, ","));
        }

        if (!layout.IsSpread(target))
        {
            edits.Add(new(place, place, $" {name}{JsonSpelling.OnOneLine(value)}{(trailing ? "," : "")}"));
            return Apply(text, edits);
        }

        var indent = layout.InnerIndent(target);
        var added = $"{layout.NewLine}{indent}{name}{JsonSpelling.Spread(value, layout.NewLine, layout.Unit, indent)}{(trailing ? "," : "")}";
        var closesOnOwnLine = text.AsSpan(place, close - place).Contains('\n');
        edits.Add(closesOnOwnLine
            ? new(place, place, added)
            : new(place, close, added + layout.NewLine + layout.LineIndent(target.Start)));
        return Apply(text, edits);
    }

    private static string Named(IEnumerable<string> path) =>
        string.Join(".", path) is { Length: > 0 } name ? $"\"{name}\"" : "the document";
}
