using System.Runtime.CompilerServices;
using Backchannel.Native.Bus.Storage.Sqlite;

namespace Backchannel.Native.Tests.Bus.Storage;

/// <summary>The statements that a connection keeps.</summary>
internal static class CompiledStatements
{
    extension(SqliteConnection connection)
    {
        /// <summary>The texts of all statements that were used so far.</summary>
        public IReadOnlyCollection<string> Texts => Statements(connection).Keys;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "statements")]
    private static extern ref Dictionary<string, SqliteStatement> Statements(SqliteConnection connection);
}
