using Npgsql;
using NpgsqlTypes;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>Commands that the server runs as one: executions of the same query, or of the same insert.</summary>
/// <remarks>
/// A small command costs the server several times as much to begin and to end as to run. So the values of all go there as one array for each
/// parameter, and the server runs the statement for each place of these arrays.
/// </remarks>
internal sealed class CommandBundle
{
    private readonly List<(SqlCommand Command, int Place)> members = [];

    private CommandBundle(SqlCommand first, int place) => members.Add((first, place));

    /// <summary>Bundles commands. Each has the effect, and the answer, that it has in its place.</summary>
    public static IReadOnlyList<CommandBundle> Of(IReadOnlyList<SqlCommand> commands)
    {
        var bundles = new List<CommandBundle>();
        // Those that later commands may still join: none that comes behind them has to do with the same tables.
        var open = new Dictionary<string, CommandBundle>();
        for (var i = 0; i < commands.Count; i++)
        {
            var command = commands[i];
            var text = command.IsCounted ? null : command.Statement?.BundledText(command.IsTakenForGranted);
            if (text is not null && open.TryGetValue(text, out var bundle))
            {
                bundle.members.Add((command, i));
                continue;
            }

            bundle = new CommandBundle(command, i);
            bundles.Add(bundle);
            if (command.Statement is not { } statement)
            {
                open.Clear();
                continue;
            }

            foreach (var (key, _) in open.Where(other => statement.Shape.Touches(other.Value.members[0].Command.Statement!.Shape)).ToList())
            {
                open.Remove(key);
            }

            if (text is not null)
            {
                open[text] = bundle;
            }
        }

        return bundles;
    }

    public NpgsqlBatchCommand ToBatch()
    {
        var first = members[0].Command;
        if (members.Count == 1)
        {
            return first.ToBatch();
        }

        var command = new NpgsqlBatchCommand(first.Statement!.BundledText(first.IsTakenForGranted)!);
        for (var i = 0; i < first.Values.Length; i++)
        {
            // Of one that was null until now no type is known; the text has NULL in its place.
            if (first.Statement.TypeOf(i) != NpgsqlDbType.Unknown)
            {
                var array = ArrayLiteral.Of(members.Select(member => member.Command.Values[i]));
                command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = array, NpgsqlDbType = NpgsqlDbType.Text });
            }
        }

        return command;
    }

    /// <summary>Takes the answers to its commands.</summary>
    /// <param name="rows">Has a place for each of all commands.</param>
    public void Read(NpgsqlDataReader reader, SqlRows[] rows)
    {
        if (!members[0].Command.GivesRows)
        {
            members.ForEach(member => rows[member.Place] = SqlRows.Empty);
            return;
        }

        var all = SqlRows.Read(reader);
        reader.NextResult();
        if (members.Count == 1)
        {
            rows[members[0].Place] = all;
            return;
        }

        var parts = all.SplitByFirst(members.Count);
        for (var i = 0; i < parts.Count; i++)
        {
            rows[members[i].Place] = parts[i];
        }
    }
}
