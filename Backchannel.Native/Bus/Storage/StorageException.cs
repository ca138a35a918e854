namespace Backchannel.Native.Bus.Storage;

/// <summary>SQLite refused: what was asked has not been done.</summary>
/// <param name="code">SQLite's result code, extended where there is one.</param>
/// <param name="message">SQLite's own text; names tables, never values.</param>
internal sealed class StorageException(int code, string message) : Exception(message)
{
    /// <summary>SQLITE_IOERR_DATA and SQLITE_IOERR_CORRUPTFS: a checksum, or the file system, says that what was read is not what was written.</summary>
    private const int WrongData = SQLitePCL.raw.SQLITE_IOERR | (32 << 8);
    private const int WrongFileSystem = SQLitePCL.raw.SQLITE_IOERR | (33 << 8);

    /// <summary>SQLite's primary result code.</summary>
    public int Code { get; } = code & 0xff;

    /// <summary>The file is not what was written: reading it again will not help, and what it says is not to be relied on.</summary>
    public bool IsDamage => Code is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB || code is WrongData or WrongFileSystem;

    /// <summary>No room on the disk, or the disk failed: nothing was kept, and later calls may succeed.</summary>
    public bool IsDiskTrouble => !IsDamage && Code is SQLitePCL.raw.SQLITE_FULL or SQLitePCL.raw.SQLITE_IOERR or SQLitePCL.raw.SQLITE_READONLY
        or SQLitePCL.raw.SQLITE_CANTOPEN or SQLitePCL.raw.SQLITE_NOMEM or SQLitePCL.raw.SQLITE_BUSY;
}
