using System.Net.Sockets;
using Backchannel.Native.Bus.Storage.Engine;
using Npgsql;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>What an error of the server or of the connection means for the bus.</summary>
internal static class PostgresFailure
{
    public static bool IsOne(Exception failure) => failure is NpgsqlException or SocketException or IOException or TimeoutException;

    public static StorageException Of(Exception failure) => failure switch
    {
        PostgresException server => new StorageException(Classify(server.SqlState), $"{server.MessageText} ({server.SqlState})") { State = server.SqlState },
        { InnerException: { } cause } => new StorageException(StorageFailure.Unavailable, $"{failure.Message}: {cause.Message}"),
        _ => new StorageException(StorageFailure.Unavailable, failure.Message),
    };

    /// <param name="state">The five characters of SQLSTATE.</param>
    private static StorageFailure Classify(string state) => state switch
    {
        // Its disk is full, or its memory is.
        _ when state.StartsWith("53", StringComparison.Ordinal) => state == "53300" ? StorageFailure.Unavailable : StorageFailure.DiskTrouble,
        // Input and output of the server failed.
        "58030" => StorageFailure.DiskTrouble,
        // Data is corrupt, an index is.
        "XX001" or "XX002" => StorageFailure.Damage,
        // No lock in time.
        "55P03" => StorageFailure.Held,
        // Read only (a standby), cancelled, too late, shutting down, no connection, no rights, no such database.
        "25006" or "57014" or "25P03" or "40001" or "40P01" => StorageFailure.Unavailable,
        _ when state.StartsWith("57P", StringComparison.Ordinal) || state.StartsWith("08", StringComparison.Ordinal) => StorageFailure.Unavailable,
        "28000" or "28P01" or "3D000" or "42501" => StorageFailure.Unavailable,
        _ => StorageFailure.Refused,
    };
}
