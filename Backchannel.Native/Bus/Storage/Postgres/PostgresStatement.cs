using System.Text;
using Backchannel.Native.Bus.Storage.Engine;
using NpgsqlTypes;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>A statement of one connection. Its rows are read whole, because the connection is free for the next statement only then.</summary>
internal sealed class PostgresStatement(PostgresConnection connection, string sql) : IStatement
{
    private readonly StatementText text = StatementText.Of(sql);
    private readonly List<SqlValue> values = [];
    private readonly List<SqlKind> kinds = [];
    private (int Kinds, string? Plain, string? Strict) bundled;
    private SqlRows? rows;
    private int row = -1;

    /// <inheritdoc cref="StatementText.Sql"/>
    public string Sql => text.Sql;

    /// <inheritdoc cref="StatementText.StrictSql"/>
    public string? StrictSql => text.StrictSql;

    /// <inheritdoc cref="StatementText.Shape"/>
    public StatementShape Shape => text.Shape;

    public IStatement Bind(long value) => Add(SqlValue.Of(value));

    public IStatement Bind(string? value) => value is null ? BindNull() : Add(SqlValue.Of(value));

    public IStatement BindBlob(ReadOnlySpan<byte> value) => Add(new(SqlKind.Blob, 0, value.ToArray()));

    public IStatement BindNull() => Add(SqlValue.Null);

    /// <summary>The type that a parameter has, also where it is null this time: a statement is prepared for types.</summary>
    public NpgsqlDbType TypeOf(int parameter) => kinds[parameter] switch
    {
        SqlKind.Number => NpgsqlDbType.Bigint,
        SqlKind.Text => NpgsqlDbType.Text,
        SqlKind.Blob => NpgsqlDbType.Bytea,
        _ => NpgsqlDbType.Unknown,
    };

    /// <summary>Its text for many executions at once; null where it has to run by itself.</summary>
    /// <param name="isStrict">Of <see cref="StrictSql"/>.</param>
    public string? BundledText(bool isStrict)
    {
        // Once a parameter was not null, its type is known, and the text is another one.
        var known = kinds.Count(static kind => kind != SqlKind.Null);
        if (bundled.Kinds != known)
        {
            NpgsqlDbType[] types = [.. kinds.Select((_, i) => TypeOf(i))];
            bundled = (
                known,
                Postgres.BundledText.Of(Sql, Shape, types),
                StrictSql is null ? null : Postgres.BundledText.Of(StrictSql, Shape, types));
        }

        return isStrict ? bundled.Strict : bundled.Plain;
    }

    public bool Step()
    {
        rows ??= connection.Query(this, [.. values]);
        return ++row < rows.Count;
    }

    public void Run()
    {
        try
        {
            connection.Write(this, [.. values]);
        }
        finally
        {
            Dispose();
        }
    }

    public bool IsNull(int column) => At(column).Kind == SqlKind.Null;

    public long Integer(int column) => At(column).Number;

    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    public ReadOnlySpan<byte> Bytes(int column) => At(column) switch
    {
        { Kind: SqlKind.Text, Content: { } text } => StoredText.Decode(text),
        { Content: var content } => content,
    };

    public void Dispose()
    {
        values.Clear();
        rows = null;
        row = -1;
    }

    /// <summary>Beyond the last row every field is null, as with the other engine.</summary>
    private SqlValue At(int column) => rows is not null && row >= 0 && row < rows.Count ? rows[row, column] : SqlValue.Null;

    private PostgresStatement Add(SqlValue value)
    {
        if (kinds.Count == values.Count)
        {
            kinds.Add(value.Kind);
        }
        else if (value.Kind != SqlKind.Null)
        {
            kinds[values.Count] = value.Kind;
        }

        values.Add(value);
        return this;
    }
}
