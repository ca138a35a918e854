using Npgsql;
using NpgsqlTypes;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>One execution of a statement.</summary>
internal sealed class SqlCommand
{
    private readonly string sql;
    private readonly string? strictSql;
    private readonly NpgsqlParameter[] parameters;

    public SqlCommand(PostgresStatement statement, SqlValue[] values)
    {
        sql = statement.Sql;
        strictSql = statement.StrictSql;
        GivesRows = statement.Shape.GivesRows;
        parameters = new NpgsqlParameter[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            parameters[i] = Parameter(values[i], statement.TypeOf(i));
        }
    }

    /// <summary>A command of the engine's own.</summary>
    /// <param name="sql">A query begins with SELECT or WITH. A text that comes again is prepared, so a value belongs into a parameter.</param>
    public SqlCommand(string sql, params ReadOnlySpan<SqlValue> values)
    {
        this.sql = sql;
        GivesRows = sql.StartsWith("SELECT", StringComparison.Ordinal) || sql.StartsWith("WITH", StringComparison.Ordinal);
        parameters = new NpgsqlParameter[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            parameters[i] = Parameter(values[i], values[i].Kind == SqlKind.Number ? NpgsqlDbType.Bigint : NpgsqlDbType.Text);
        }
    }

    /// <summary>Whether it answers with rows.</summary>
    public bool GivesRows { get; }

    /// <summary>Whether it is taken for granted that its row is not there: then the server has to refuse it where it is.</summary>
    public bool IsTakenForGranted { get; set; }

    public NpgsqlBatchCommand ToBatch()
    {
        var command = new NpgsqlBatchCommand(IsTakenForGranted ? strictSql! : sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private static NpgsqlParameter Parameter(SqlValue value, NpgsqlDbType type) => value.Kind switch
    {
        SqlKind.Null => new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = type },
        SqlKind.Number => new NpgsqlParameter<long> { TypedValue = value.Number, NpgsqlDbType = type },
        _ => new NpgsqlParameter<byte[]> { TypedValue = value.Content!, NpgsqlDbType = type },
    };
}
