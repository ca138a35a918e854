namespace Backchannel.Native.Client;

/// <summary>The answer is longer than we read. Asking again would bring the same.</summary>
/// <param name="head">Its first bytes.</param>
internal sealed class AnswerTooLongException(int status, string? requestId, byte[] head) : Exception
{
    public int Status { get; } = status;

    public string? RequestId { get; } = requestId;

    public ReadOnlyMemory<byte> Head { get; } = head;
}
