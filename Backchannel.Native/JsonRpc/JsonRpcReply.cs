namespace Backchannel.Native.JsonRpc;

/// <summary>How a handler answers: with a result, or with work that will produce one.</summary>
internal readonly struct JsonRpcReply
{
    private JsonRpcReply(ReadOnlyMemory<byte> result, Func<JsonRpcRequest, Task<ReadOnlyMemory<byte>>>? work)
    {
        Result = result;
        Work = work;
    }

    /// <summary>One JSON value in UTF-8, without line breaks; meaningless when there is <see cref="Work"/>.</summary>
    public ReadOnlyMemory<byte> Result { get; }

    /// <summary>
    /// Gives what <see cref="Result"/> would hold. Up to its first await it runs in the read loop, so it must not block before that.
    /// </summary>
    public Func<JsonRpcRequest, Task<ReadOnlyMemory<byte>>>? Work { get; }

    /// <summary>Answers at once, inside the read loop.</summary>
    public static JsonRpcReply Now(ReadOnlyMemory<byte> result) => new(result, null);

    /// <summary>Answers when the work is done; until then the request can be cancelled.</summary>
    public static JsonRpcReply Later(Func<JsonRpcRequest, Task<ReadOnlyMemory<byte>>> work) => new(default, work);
}
