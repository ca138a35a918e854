namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>A query with its parameters.</summary>
internal sealed class Question : IEquatable<Question>
{
    /// <summary>Numbers from here on are times, which differ from one request to the next. The 9th of September 2001, in microseconds.</summary>
    private const long FirstTime = 1_000_000_000_000_000;

    private readonly int hash;
    private Question? withoutTimes;

    public Question(PostgresStatement statement, SqlValue[] values)
    {
        Statement = statement;
        Values = values;
        var code = new HashCode();
        code.Add(statement);
        foreach (var value in values)
        {
            code.Add(value);
        }

        hash = code.ToHashCode();
    }

    public PostgresStatement Statement { get; }

    public SqlValue[] Values { get; }

    /// <summary>The same question with every time left out: its last answer is a good guess for this one.</summary>
    public Question WithoutTimes() => withoutTimes ??= Array.Exists(Values, IsTime)
        ? new Question(Statement, Array.ConvertAll(Values, static value => IsTime(value) ? SqlValue.Null : value))
        : this;

    public bool Equals(Question? other) =>
        other is not null && hash == other.hash && Statement == other.Statement && Values.AsSpan().SequenceEqual(other.Values);

    public override bool Equals(object? obj) => Equals(obj as Question);

    public override int GetHashCode() => hash;

    private static bool IsTime(SqlValue value) => value is { Kind: SqlKind.Number, Number: >= FirstTime };
}
