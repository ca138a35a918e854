namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>The rows that a statement gave.</summary>
/// <param name="fields">Row after row.</param>
/// <param name="columns">Fields in a row.</param>
internal sealed class SqlRows(IReadOnlyList<SqlValue> fields, int columns) : IEquatable<SqlRows>
{
    public static SqlRows Empty { get; } = new([], 1);

    public int Count => fields.Count / columns;

    /// <summary>About how many bytes they take.</summary>
    public long Size => fields.Sum(static field => 24L + (field.Content?.Length ?? 0));

    public SqlValue this[int row, int column] => fields[(row * columns) + column];

    public bool Equals(SqlRows? other) => other is not null && Count == other.Count && fields.SequenceEqual(other.Fields);

    public override bool Equals(object? obj) => Equals(obj as SqlRows);

    public override int GetHashCode() => Count;

    private IReadOnlyList<SqlValue> Fields => fields;
}
