namespace Backchannel.Native.Bus.Storage.Engine;

/// <summary>A prepared statement. Bind in the order of its parameters, step, read, dispose; then it can be used again.</summary>
internal interface IStatement : IDisposable
{
    IStatement Bind(long value);

    IStatement Bind(string? value);

    IStatement BindBlob(ReadOnlySpan<byte> value);

    IStatement BindNull();

    /// <summary>Whether there is a (further) row.</summary>
    bool Step();

    /// <summary>Steps a statement that returns nothing, and makes it ready for its next use.</summary>
    void Run();

    bool IsNull(int column);

    long Integer(int column);

    string Text(int column);

    /// <summary>The bytes of a text or blob, valid until the next step.</summary>
    ReadOnlySpan<byte> Bytes(int column);
}
