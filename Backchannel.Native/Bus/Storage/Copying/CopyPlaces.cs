using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Bus.Storage.Sqlite;

namespace Backchannel.Native.Bus.Storage.Copying;

/// <summary>Opens the two ends of a copy by their addresses. The only place of a copy that chooses an engine.</summary>
internal static class CopyPlaces
{
    private static readonly string[] OfPostgres = ["postgres://", "postgresql://"];

    /// <summary>Whether an address is that of a server and no path.</summary>
    public static bool IsServer(string address) => OfPostgres.Any(start => address.StartsWith(start, StringComparison.OrdinalIgnoreCase));

    /// <param name="from">A path, or the address of a server.</param>
    public static ICopySource OpenSource(string from) => IsServer(from) ? throw NoServer() : SqliteCopySource.Open(from);

    /// <param name="to">A path, or the address of a server.</param>
    public static ICopyTarget OpenTarget(string to) => IsServer(to) ? throw NoServer() : SqliteCopyTarget.Open(to);

    /// <exception cref="CopyException">Both are one file, under whatever names.</exception>
    public static void RequireDifferent(string from, string to)
    {
        if (!IsServer(from) && !IsServer(to) && SqliteCopySource.IsOneFile(from, to))
        {
            throw new CopyException($"{from} and {to} are one file. Name another place for the copy.");
        }
    }

    private static CopyException NoServer() => new("This release keeps a bus in a file only: name the path of a file.");
}
