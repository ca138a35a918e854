using System.Globalization;
using System.Reflection;

namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>Upgrades a database file to the schema of this program.</summary>
internal static class Migrations
{
    /// <summary>The newest schema. Each version has an embedded file.</summary>
    public const int Latest = 6;

    /// <exception cref="InvalidOperationException">The file was written by a newer program.</exception>
    public static void Apply(SqliteConnection connection)
    {
        var version = RefuseNewer(connection);
        while (version < Latest)
        {
            version++;
            connection.Execute("BEGIN IMMEDIATE");
            connection.Execute(Script(version));
            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {version}"));
            connection.Execute("COMMIT");
        }
    }

    /// <returns>The schema that the file has.</returns>
    /// <exception cref="InvalidOperationException">The file was written by a newer program.</exception>
    public static int RefuseNewer(SqliteConnection connection)
    {
        var version = (int)connection.QueryInteger("PRAGMA user_version");
        return version <= Latest
            ? version
            : throw new InvalidOperationException(
                $"The database has schema {version}; this program knows schemas up to {Latest}. Use the newer program that wrote it, or another file.");
    }

    private static string Script(int version)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"Backchannel.Native.Bus.Storage.Sqlite.Migrations.{version:0000}.sql");
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The program lacks its own file {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
