using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Bus.Storage.Postgres;
using Backchannel.Native.Bus.Storage.Sqlite;

namespace Backchannel.Native.Bus.Storage.Copying;

/// <summary>Opens the two ends of a copy by their addresses. The only place of a copy that chooses an engine.</summary>
internal static class CopyPlaces
{
    /// <summary>Whether an address is meant as that of a server and not as a path.</summary>
    public static bool IsServer(string address) => PostgresAddress.IsMeant(address);

    /// <param name="from">A path, or the address of a server.</param>
    public static ICopySource OpenSource(string from) => IsServer(from) ? PostgresCopySource.Open(PostgresAddress.Parse(from)) : SqliteCopySource.Open(from);

    /// <param name="to">A path, or the address of a server.</param>
    public static ICopyTarget OpenTarget(string to) => IsServer(to) ? PostgresCopyTarget.Open(PostgresAddress.Parse(to)) : SqliteCopyTarget.Open(to);

    /// <exception cref="CopyException">Both are one file, under whatever names.</exception>
    public static void RequireDifferent(string from, string to)
    {
        if (!IsServer(from) && !IsServer(to) && SqliteCopySource.IsOneFile(from, to))
        {
            throw new CopyException($"{from} and {to} are one file. Name another place for the copy.");
        }
    }
}
