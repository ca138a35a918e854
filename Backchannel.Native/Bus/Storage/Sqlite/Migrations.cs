using System.Globalization;
using Backchannel.Native.Text;

namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>Upgrades a database file to the schema of this program.</summary>
internal static class Migrations
{
    /// <summary>The newest schema. Each version has an embedded file.</summary>
    public const int Latest = 8;

    /// <exception cref="NewerDatabaseException">The file was written by a newer program.</exception>
    public static void Apply(SqliteConnection connection)
    {
        var version = RefuseNewer(connection);
        if (version == Latest)
        {
            return;
        }

        // In one transaction: each of them would write its pages once more, and wait for the disk.
        connection.Execute("BEGIN IMMEDIATE");
        while (version < Latest)
        {
            version++;
            connection.Execute(Script(version));
        }

        connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {Latest}"));
        connection.Execute($"DELETE FROM settings WHERE name LIKE '{ReleaseMark.Start}%'; INSERT INTO settings (name) VALUES ('{ReleaseMark.Start}{ProductVersion.Text}')");
        connection.Execute("COMMIT");
    }

    /// <returns>The schema that the file has.</returns>
    /// <exception cref="NewerDatabaseException">The file was written by a newer program.</exception>
    public static int RefuseNewer(SqliteConnection connection)
    {
        var version = (int)connection.QueryInteger("PRAGMA user_version");
        return version <= Latest ? version : throw new NewerDatabaseException(version, Latest, ReleaseOf(connection));
    }

    /// <returns>Null: the file does not say.</returns>
    private static string? ReleaseOf(SqliteConnection connection)
    {
        try
        {
            using var query = connection.Prepare($"SELECT name FROM settings WHERE name LIKE '{ReleaseMark.Start}%'");
            return query.Step() ? query.Text(0)[ReleaseMark.Start.Length..] : null;
        }
        catch (StorageException)
        {
            return null;
        }
    }

    private static string Script(int version) =>
        PackedText.Read(string.Create(CultureInfo.InvariantCulture, $"migrations/{version:0000}.sql"));
}
