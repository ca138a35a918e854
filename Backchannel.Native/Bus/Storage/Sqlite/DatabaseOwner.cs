namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>Recognizes a bus's database by its tables, before anything is written to it.</summary>
internal static class DatabaseOwner
{
    private static readonly string[] Ours = ["keys", "channels", "messages", "answers"];
    private static readonly string[] OfReference = ["channels", "messages", "message_events", "audit_messages"];

    /// <exception cref="InvalidOperationException">The file belongs to another program.</exception>
    public static void Check(SqliteConnection connection)
    {
        var names = new HashSet<string>();
        using (var query = connection.Prepare("SELECT name FROM sqlite_schema"))
        {
            while (query.Step())
            {
                names.Add(query.Text(0));
            }
        }

        if (names.Count > 0 && !names.IsSupersetOf(Ours))
        {
            throw new InvalidOperationException(names.IsSupersetOf(OfReference)
                ? "This is a database of the reference server (Python), which keeps its data in other tables: this program cannot serve it, and has left it as it is."
                : "This SQLite database belongs to another program: its tables are not of this bus's form. It was left as it is.");
        }
    }
}
