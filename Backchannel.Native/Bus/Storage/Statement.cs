using System.Text;
using SQLitePCL;

namespace Backchannel.Native.Bus.Storage;

/// <summary>A compiled statement. Bind in the order of its parameters, step, read, dispose; then it can be used again.</summary>
internal sealed class Statement(SqliteConnection connection, sqlite3_stmt handle) : IDisposable
{
    private int bound;

    public Statement Bind(long value) => Check(raw.sqlite3_bind_int64(handle, ++bound, value));

    public Statement Bind(long? value) => value is { } number ? Bind(number) : BindNull();

    public Statement Bind(bool value) => Bind(value ? 1L : 0L);

    public Statement Bind(string? value)
    {
        if (value is null)
        {
            return BindNull();
        }

        // The binding of strings in the library zero-terminates, so a NUL in the text would cut it.
        var length = Encoding.UTF8.GetMaxByteCount(value.Length);
        if (length <= 1024)
        {
            Span<byte> buffer = stackalloc byte[length];
            return Check(raw.sqlite3_bind_text(handle, ++bound, buffer[..Encoding.UTF8.GetBytes(value, buffer)]));
        }

        return Check(raw.sqlite3_bind_text(handle, ++bound, Encoding.UTF8.GetBytes(value).AsSpan()));
    }

    public Statement BindBlob(ReadOnlySpan<byte> value) => Check(raw.sqlite3_bind_blob(handle, ++bound, value));

    public Statement BindNull() => Check(raw.sqlite3_bind_null(handle, ++bound));

    /// <summary>Whether there is a (further) row.</summary>
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

    /// <summary>Steps a statement that returns nothing, and makes it ready for its next use.</summary>
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

    public long? OptionalInteger(int column) => IsNull(column) ? null : Integer(column);

    public int? OptionalInt32(int column) => IsNull(column) ? null : (int)Integer(column);

    public bool Flag(int column) => Integer(column) != 0;

    public string Text(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(handle, column));

    public string? OptionalText(int column) => IsNull(column) ? null : Text(column);

    /// <summary>The bytes of a text or blob, valid until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(handle, column);

    /// <summary>The first column of all rows that are left.</summary>
    public IReadOnlyList<long> Numbers()
    {
        var numbers = new List<long>();
        while (Step())
        {
            numbers.Add(Integer(0));
        }

        return numbers;
    }

    public void Dispose()
    {
        raw.sqlite3_reset(handle);
        raw.sqlite3_clear_bindings(handle);
        bound = 0;
    }

    public void Close() => handle.Dispose();

    private Statement Check(int code) => code == raw.SQLITE_OK ? this : throw connection.Failure(code);
}
