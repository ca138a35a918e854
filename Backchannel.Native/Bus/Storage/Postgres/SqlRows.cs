using System.Text;
using Npgsql;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>The rows that a statement gave.</summary>
/// <param name="fields">Row after row.</param>
/// <param name="columns">Fields in a row.</param>
internal sealed class SqlRows(IReadOnlyList<SqlValue> fields, int columns)
{
    public static SqlRows Empty { get; } = new([], 1);

    public int Count => fields.Count / columns;

    /// <summary>About how many bytes they take.</summary>
    public long Size => fields.Sum(static value => 24L + (value.Content?.Length ?? 0));

    public SqlValue this[int row, int column] => fields[(row * columns) + column];

    public string Text(int row, int column) => Encoding.UTF8.GetString(StoredText.Decode(this[row, column].Content ?? []));

    public bool IsSame(SqlRows other) => Count == other.Count && fields.SequenceEqual(other.Fields);

    /// <summary>The rows of each of several executions, by their first field: the number of the execution, from 1, which the parts go without.</summary>
    public IReadOnlyList<SqlRows> SplitByFirst(int count)
    {
        var sizes = new int[count];
        for (var row = 0; row < Count; row++)
        {
            sizes[this[row, 0].Number - 1] += columns - 1;
        }

        var parts = Array.ConvertAll(sizes, static size => new SqlValue[size]);
        var places = new int[count];
        for (var row = 0; row < Count; row++)
        {
            var part = this[row, 0].Number - 1;
            for (var column = 1; column < columns; column++)
            {
                parts[part][places[part]++] = this[row, column];
            }
        }

        return Array.ConvertAll(parts, part => part.Length == 0 ? Empty : new SqlRows(part, columns - 1));
    }

    /// <summary>Reads the result at which a reader stands.</summary>
    public static SqlRows Read(NpgsqlDataReader reader)
    {
        var fields = new List<SqlValue>();
        var columns = reader.FieldCount;
        string[]? types = null;
        while (reader.Read())
        {
            types ??= [.. Enumerable.Range(0, columns).Select(reader.GetDataTypeName)];
            for (var i = 0; i < columns; i++)
            {
                fields.Add(reader.IsDBNull(i) ? SqlValue.Null : Field(reader, i, types[i]));
            }
        }

        return fields.Count == 0 ? Empty : new SqlRows(fields, columns);
    }

    private IReadOnlyList<SqlValue> Fields => fields;

    private static SqlValue Field(NpgsqlDataReader reader, int column, string type) => type switch
    {
        "bigint" => SqlValue.Of(reader.GetInt64(column)),
        "integer" => SqlValue.Of(reader.GetInt32(column)),
        "boolean" => SqlValue.Of(reader.GetBoolean(column) ? 1 : 0),
        "bytea" => new SqlValue(SqlKind.Blob, 0, reader.GetFieldValue<byte[]>(column)),
        _ => new SqlValue(SqlKind.Text, 0, reader.GetFieldValue<byte[]>(column)),
    };
}
