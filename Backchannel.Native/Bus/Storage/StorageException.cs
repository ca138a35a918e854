using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage;

/// <summary>The database refused: what was asked has not been done.</summary>
/// <param name="message">The engine's own text; names tables, never values.</param>
internal sealed class StorageException(StorageFailure failure, string message) : Exception(message)
{
    /// <inheritdoc cref="StorageFailure.Damage"/>
    public bool IsDamage => failure == StorageFailure.Damage;

    /// <inheritdoc cref="StorageFailure.DiskTrouble"/>
    public bool IsDiskTrouble => failure == StorageFailure.DiskTrouble;

    /// <summary>The database cannot be used at the moment: nothing was kept, and later calls may succeed.</summary>
    public bool IsUnavailable => failure is StorageFailure.Unavailable or StorageFailure.Held;

    /// <inheritdoc cref="StorageFailure.Held"/>
    public bool IsHeld => failure == StorageFailure.Held;

    /// <inheritdoc cref="StorageFailure.Undecided"/>
    public bool IsUndecided => failure == StorageFailure.Undecided;

    /// <summary>The five characters of a database server's SQLSTATE; null: it said none.</summary>
    public string? State { get; init; }

    /// <summary>Whether the log has the reason already, so that not each request has to write it there once more.</summary>
    public bool IsReported { get; init; }
}
