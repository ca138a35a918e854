using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>Recognizes a bus's database by its tables, before anything is written to it.</summary>
internal static class DatabaseOwner
{
    private static readonly string[] Ours = ["keys", "channels", "messages", "answers"];
    private static readonly string[] OfReference = ["channels", "messages", "message_events", "audit_messages"];

    /// <exception cref="InvalidOperationException">The file belongs to another program.</exception>
    public static void Check(SqliteConnection connection)
    {
        var names = Names(connection);
        if (names.Count > 0 && !names.IsSupersetOf(Ours))
        {
            throw new InvalidOperationException(names.IsSupersetOf(OfReference)
                ? "This is a database of the reference server (Python), which keeps its data in other tables: this program cannot serve it, and has left it as it is. 'backchannel-mcp copy --from FILE --to NEW' makes a database of this bus from it."
                : "This SQLite database belongs to another program: its tables are not of this bus's form. It was left as it is.");
        }
    }

    /// <summary>Whether it is a database of the reference server.</summary>
    public static bool IsOfReference(SqliteConnection connection) => Names(connection) is var names && !names.IsSupersetOf(Ours) && names.IsSupersetOf(OfReference);

    /// <summary>Whether there is nothing in it.</summary>
    public static bool IsEmpty(SqliteConnection connection) => Names(connection).Count == 0;

    private static HashSet<string> Names(SqliteConnection connection)
    {
        using var query = connection.Prepare("SELECT name FROM sqlite_schema");
        return [.. query.All(static row => row.Text(0))];
    }
}
