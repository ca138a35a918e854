using Backchannel.Native.Bus.Storage.Engine;
using SQLitePCL;

namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>SQLite's result codes, extended where there is an extended one.</summary>
internal static class ResultCode
{
    // SQLITE_IOERR_DATA and SQLITE_IOERR_CORRUPTFS: a checksum, or the file system, says that what was read is not what was written.
    private const int WrongData = raw.SQLITE_IOERR | (32 << 8);
    private const int WrongFileSystem = raw.SQLITE_IOERR | (33 << 8);

    public static StorageFailure Classify(int code) => code switch
    {
        WrongData or WrongFileSystem => StorageFailure.Damage,
        _ => Primary(code) switch
        {
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => StorageFailure.Damage,
            raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_NOMEM or raw.SQLITE_BUSY =>
                StorageFailure.DiskTrouble,
            _ => StorageFailure.Refused,
        },
    };

    /// <summary>The code without its extension.</summary>
    public static int Primary(int code) => code & 0xff;
}
