using Backchannel.Native.Bus.Storage.Sqlite;

namespace Backchannel.Native.Tests.Support.Files;

/// <summary>Reads a bus's database file while no bus has it open.</summary>
internal static class DatabaseFile
{
    /// <returns><c>ok</c>, or what SQLite's own check found.</returns>
    public static string CheckIntegrity(string path)
    {
        using var connection = Open(path);
        using var check = connection.Prepare("PRAGMA integrity_check");
        return check.Step() ? check.Text(0) : "no answer";
    }

    public static long QueryInteger(string path, string sql)
    {
        using var connection = Open(path);
        return connection.QueryInteger(sql);
    }

    public static void Execute(string path, string sql)
    {
        using var connection = Open(path);
        connection.Execute(sql);
    }

    /// <summary>The first column of every row.</summary>
    public static List<string> QueryTexts(string path, string sql)
    {
        using var connection = Open(path);
        using var query = connection.Prepare(sql);
        var texts = new List<string>();
        while (query.Step())
        {
            texts.Add(query.Text(0));
        }

        return texts;
    }

    private static SqliteConnection Open(string path)
    {
        SQLitePCL.Batteries_V2.Init();
        return SqliteConnection.Open(path, create: false);
    }
}
