using System.Text;
using Backchannel.Native.Bus.Storage.Engine;
using SQLitePCL;

namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>A compiled statement of SQLite.</summary>
internal sealed class SqliteStatement(SqliteConnection connection, sqlite3_stmt handle) : IStatement
{
    private int bound;

    public IStatement Bind(long value) => Check(raw.sqlite3_bind_int64(handle, ++bound, value));

    public IStatement Bind(string? value)
    {
        if (value is null)
        {
            return BindNull();
        }

        // The library's binding of a string ends the text at a NUL in it, so the text is bound as bytes.
        var length = Encoding.UTF8.GetMaxByteCount(value.Length);
        if (length <= 1024)
        {
            Span<byte> buffer = stackalloc byte[length];
            return Check(raw.sqlite3_bind_text(handle, ++bound, buffer[..Encoding.UTF8.GetBytes(value, buffer)]));
        }

        return Check(raw.sqlite3_bind_text(handle, ++bound, Encoding.UTF8.GetBytes(value).AsSpan()));
    }

    public IStatement BindBlob(ReadOnlySpan<byte> value) => Check(raw.sqlite3_bind_blob(handle, ++bound, value));

    public IStatement BindNull() => Check(raw.sqlite3_bind_null(handle, ++bound));

    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        return code switch
        {
            raw.SQLITE_ROW => true,
            raw.SQLITE_DONE => false,
            _ => throw connection.Failure(code),
        };
    }

    public void Run()
    {
        try
        {
            Step();
        }
        finally
        {
            Dispose();
        }
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long Integer(int column) => raw.sqlite3_column_int64(handle, column);

    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(handle, column);

    public void Dispose()
    {
        raw.sqlite3_reset(handle);
        raw.sqlite3_clear_bindings(handle);
        bound = 0;
    }

    public void Close() => handle.Dispose();

    private SqliteStatement Check(int code) => code == raw.SQLITE_OK ? this : throw connection.Failure(code);
}
