namespace Backchannel.Native.Bus.Storage;

/// <summary>SQLite refused: what was asked has not been done.</summary>
/// <param name="code">SQLite's primary result code.</param>
/// <param name="message">SQLite's own text; names tables, never values.</param>
internal sealed class StorageException(int code, string message) : Exception(message)
{
    public int Code { get; } = code;

    /// <summary>No room on the disk, or the disk failed: nothing was kept, and later calls may succeed.</summary>
    public bool IsDiskTrouble => Code is SQLitePCL.raw.SQLITE_FULL or SQLitePCL.raw.SQLITE_IOERR or SQLitePCL.raw.SQLITE_READONLY
        or SQLitePCL.raw.SQLITE_CANTOPEN or SQLitePCL.raw.SQLITE_NOMEM or SQLitePCL.raw.SQLITE_BUSY;
}
