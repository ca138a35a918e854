namespace Backchannel.Native.Client;

/// <summary>The answer is longer than we read. Asking again would bring the same.</summary>
internal sealed class AnswerTooLongException(int status, string? requestId) : Exception
{
    public int Status { get; } = status;

    public string? RequestId { get; } = requestId;
}
