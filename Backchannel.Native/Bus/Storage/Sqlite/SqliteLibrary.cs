using System.Runtime.InteropServices;
using SQLitePCL;

namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>Loads SQLite: the library that the program brings, or the system's on macOS, so that the program is one file there too.</summary>
/// <remarks>
/// The SQL needs SQLite 3.35, for <c>RETURNING</c> and <c>DROP COLUMN</c>. .NET 10 runs on macOS 14 and later, which have 3.43 or newer. Some Windows
/// systems that .NET supports have an older copy, so on Windows the library lies beside the program.
/// </remarks>
internal static class SqliteLibrary
{
    private const string OfMacOS = "/usr/lib/libsqlite3.dylib";

    static SqliteLibrary()
    {
        if (OperatingSystem.IsMacOS())
        {
            NativeLibrary.SetDllImportResolver(
                typeof(SQLite3Provider_e_sqlite3).Assembly, static (name, _, _) => name == "e_sqlite3" ? NativeLibrary.Load(OfMacOS) : 0);
        }

        Batteries_V2.Init();
    }

    /// <summary>Loads the library at the first call.</summary>
    public static void Load()
    {
    }
}
