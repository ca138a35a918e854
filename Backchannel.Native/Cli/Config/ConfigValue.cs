namespace Backchannel.Native.Cli.Config;

/// <summary>What an entry of a client's file holds, whatever format the file has.</summary>
internal abstract record ConfigValue
{
    private ConfigValue()
    {
    }

    internal sealed record Text(string Value) : ConfigValue;

    internal sealed record Words(IReadOnlyList<string> Values) : ConfigValue;

    internal sealed record Switch(bool IsOn) : ConfigValue;

    /// <summary>A number such as a time limit; a larger number in the file stays.</summary>
    internal sealed record AtLeast(int Value) : ConfigValue;

    /// <summary>A setting that its owner may choose; any value in the file stays.</summary>
    internal sealed record Suggestion(string Value) : ConfigValue;

    /// <summary>A list in which this text stands; the rest of the list stays.</summary>
    internal sealed record Including(string Value) : ConfigValue;

    /// <summary>A list of values that are no text.</summary>
    internal sealed record Items(IReadOnlyList<ConfigValue> Values) : ConfigValue;

    /// <summary>A list that gets this value as its last one, whatever is in it.</summary>
    internal sealed record OneMore(ConfigValue Value) : ConfigValue;

    /// <summary>Named values, in the order in which they are written.</summary>
    internal sealed record Members(IReadOnlyList<KeyValuePair<string, ConfigValue>> Values) : ConfigValue;

    public static Members Of(params (string Name, ConfigValue Value)[] members) =>
        new([.. members.Select(member => KeyValuePair.Create(member.Name, member.Value))]);

    /// <summary>This value, reached by <paramref name="path"/> from an object around it.</summary>
    public ConfigValue Under(IEnumerable<string> path) =>
        path.Reverse().Aggregate(this, (inner, name) => Of((name, inner)));

    /// <summary>The value on one line, in what JSON and TOML have in common.</summary>
    /// <param name="quote">Writes a string.</param>
    /// <param name="member">Writes a name with its value.</param>
    public string OnOneLine(Func<string, string> quote, Func<string, ConfigValue, string> member) => this switch
    {
        Text text => quote(text.Value),
        Words words => $"[{string.Join(", ", words.Values.Select(quote))}]",
        Switch choice => choice.IsOn ? "true" : "false",
        AtLeast number => $"{number.Value}",
        Suggestion suggestion => quote(suggestion.Value),
        Including item => $"[{quote(item.Value)}]",
        Items list => $"[{string.Join(", ", list.Values.Select(inner => inner.OnOneLine(quote, member)))}]",
        OneMore more => new Items([more.Value]).OnOneLine(quote, member),
        Members { Values.Count: 0 } => "{}",
        Members members => $"{{ {string.Join(", ", members.Values.Select(entry => member(entry.Key, entry.Value)))} }}",
        _ => throw new InvalidOperationException($"No way to write {this}."),
    };
}
