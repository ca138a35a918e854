namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>A query with its parameters.</summary>
internal sealed class Question(PostgresStatement statement, SqlValue[] values) : IEquatable<Question>
{
    /// <summary>Numbers from here on are times, which differ from one request to the next. The 9th of September 2001, in microseconds.</summary>
    private const long FirstTime = 1_000_000_000_000_000;

    public PostgresStatement Statement => statement;

    public SqlValue[] Values => values;

    /// <summary>The same question with every time left out: its last answer is a good guess for this one.</summary>
    public Question WithoutTimes() =>
        new(statement, [.. values.Select(static value => value is { Kind: SqlKind.Number, Number: >= FirstTime } ? SqlValue.Null : value)]);

    public bool Equals(Question? other) => other is not null && statement == other.Statement && values.AsSpan().SequenceEqual(other.Values);

    public override bool Equals(object? obj) => Equals(obj as Question);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(statement);
        foreach (var value in values)
        {
            hash.Add(value);
        }

        return hash.ToHashCode();
    }
}
