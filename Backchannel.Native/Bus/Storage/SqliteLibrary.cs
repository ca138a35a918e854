using System.Runtime.InteropServices;
using SQLitePCL;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Which SQLite the process uses: its own, or on macOS the system's, so that there too it is one file.</summary>
/// <remarks>
/// .NET 10 runs on macOS 14 and later, whose SQLite is 3.43 or newer; <c>RETURNING</c> needs 3.35. Windows has a copy too, but older systems
/// that .NET supports have it from before 3.35, so there the library lies beside the program.
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

    /// <summary>Makes the library ready; what that takes happens once.</summary>
    public static void Load()
    {
    }
}
