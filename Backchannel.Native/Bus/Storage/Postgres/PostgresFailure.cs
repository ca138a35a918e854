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
        PostgresException server => new StorageException(Classify(server.SqlState), $"{server.MessageText} ({server.SqlState})"),
        { InnerException: { } cause } when failure.Message.StartsWith("Exception while", StringComparison.Ordinal) => new(StorageFailure.Unavailable, cause.Message),
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
        // Read only (a standby), no lock in time, cancelled, too late, shutting down, no connection, no rights, no such database.
        "25006" or "55P03" or "57014" or "25P03" or "40001" or "40P01" => StorageFailure.Unavailable,
        _ when state.StartsWith("57P", StringComparison.Ordinal) || state.StartsWith("08", StringComparison.Ordinal) => StorageFailure.Unavailable,
        "28000" or "28P01" or "3D000" or "42501" => StorageFailure.Unavailable,
        _ => StorageFailure.Refused,
    };
}
