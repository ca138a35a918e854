namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>A parameter of a statement, or a field of a row: a number, a text or blob as bytes, or null.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Number">Its value, if it is a number.</param>
/// <param name="Content">Its bytes, if it is a text (UTF-8, see <see cref="StoredText"/>) or a blob.</param>
internal readonly record struct SqlValue(SqlKind Kind, long Number, byte[]? Content) : IEquatable<SqlValue>
{
    public static SqlValue Null { get; } = new(SqlKind.Null, 0, null);

    public static SqlValue Of(long number) => new(SqlKind.Number, number, null);

    public static SqlValue Of(string text) => new(SqlKind.Text, 0, StoredText.Encode(text));

    public bool Equals(SqlValue other) =>
        Kind == other.Kind && Number == other.Number && Content.AsSpan().SequenceEqual(other.Content);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Number);
        hash.AddBytes(Content);
        return hash.ToHashCode();
    }
}
