using System.Buffers;

namespace Backchannel.Native.JsonRpc;

/// <summary>The answers to one batch, collected until the last is there. Used by the writer alone, under its lock.</summary>
internal sealed class JsonRpcBatch
{
    private readonly ArrayBufferWriter<byte> answers = new();

    // One is for the read loop, which settles it after the last member: the batch must not be complete before that.
    private int missing = 1;

    /// <summary>Whether no further answer will come.</summary>
    public bool IsComplete => missing == 0;

    /// <summary>The array so far, without its brackets.</summary>
    public ReadOnlySpan<byte> Answers => answers.WrittenSpan;

    public void Expect() => missing++;

    /// <summary>One answer less to wait for, whether it came or not.</summary>
    public void Settle() => missing--;

    public void Add(ReadOnlySpan<byte> answer)
    {
        if (answers.WrittenCount > 0)
        {
            answers.Write(","u8);
        }

        answers.Write(answer);
    }
}
