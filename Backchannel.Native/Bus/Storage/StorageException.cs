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

    /// <inheritdoc cref="StorageFailure.Unavailable"/>
    public bool IsUnavailable => failure == StorageFailure.Unavailable;

    /// <inheritdoc cref="StorageFailure.Undecided"/>
    public bool IsUndecided => failure == StorageFailure.Undecided;
}
