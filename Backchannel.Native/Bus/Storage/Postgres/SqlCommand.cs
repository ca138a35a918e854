using Npgsql;
using NpgsqlTypes;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>One execution of a statement.</summary>
internal sealed class SqlCommand
{
    private readonly string sql;

    public SqlCommand(PostgresStatement statement, SqlValue[] values)
    {
        Statement = statement;
        Values = values;
        sql = statement.Sql;
        GivesRows = statement.Shape.GivesRows;
    }

    /// <summary>A command of the engine's own.</summary>
    /// <param name="sql">A query begins with SELECT or WITH. A text that comes again is prepared, so a value belongs into a parameter.</param>
    public SqlCommand(string sql, params ReadOnlySpan<SqlValue> values)
    {
        this.sql = sql;
        Values = values.ToArray();
        GivesRows = sql.StartsWith("SELECT", StringComparison.Ordinal) || sql.StartsWith("WITH", StringComparison.Ordinal);
    }

    /// <summary>Null for a command of the engine's own.</summary>
    public PostgresStatement? Statement { get; }

    /// <summary>The parameters, in their order.</summary>
    public SqlValue[] Values { get; }

    /// <summary>Whether it answers with rows.</summary>
    public bool GivesRows { get; }

    /// <summary>Whether it is taken for granted that its row is not there: then the server has to refuse it where it is.</summary>
    public bool IsTakenForGranted { get; set; }

    /// <summary>Whether it is asked how many rows this one has changed, so that no other may share its execution.</summary>
    public bool IsCounted { get; set; }

    public NpgsqlBatchCommand ToBatch()
    {
        var command = new NpgsqlBatchCommand(IsTakenForGranted ? Statement!.StrictSql! : sql);
        for (var i = 0; i < Values.Length; i++)
        {
            command.Parameters.Add(Parameter(Values[i], Statement is null ? OwnType(Values[i]) : Statement.TypeOf(i)));
        }

        return command;
    }

    private static NpgsqlDbType OwnType(SqlValue value) => value.Kind == SqlKind.Number ? NpgsqlDbType.Bigint : NpgsqlDbType.Text;

    private static NpgsqlParameter Parameter(SqlValue value, NpgsqlDbType type) => value.Kind switch
    {
        SqlKind.Null => new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = type },
        SqlKind.Number => new NpgsqlParameter<long> { TypedValue = value.Number, NpgsqlDbType = type },
        _ => new NpgsqlParameter<byte[]> { TypedValue = value.Content!, NpgsqlDbType = type },
    };
}
