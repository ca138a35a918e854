namespace Backchannel.Native.Client;

/// <summary>The bus said no, or could not be asked.</summary>
/// <param name="message">One line for people: what happened. Never a key.</param>
internal sealed class BackchannelException(string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>HTTP status; null when no answer came.</summary>
    public int? Status { get; init; }

    /// <summary>One of <see cref="Wire.ErrorCodes"/>; or one of <see cref="FaultCodes"/> when there was no usable answer.</summary>
    public required string Code { get; init; }

    /// <summary>The bus's <c>X-Request-Id</c>, for its operator.</summary>
    public string? RequestId { get; init; }

    /// <summary>Whether a write may have been done all the same: it may have reached the bus, and no answer said yes or no.</summary>
    public bool IsUndecided { get; init; }

    /// <summary>The body of the refusal, with what it says beside the code; null when no such answer came.</summary>
    public Wire.ErrorResponse? Refusal { get; init; }

    /// <summary>What the user of this machine can do, in whole sentences; null: the code says enough.</summary>
    public string? Advice { get; init; }

    /// <summary>What happened and, where it is known, what the user of this machine can do: whole sentences.</summary>
    public string Explanation => $"{Message.TrimEnd('.')}. {Advice}".TrimEnd();

    /// <summary>How long the bus asks to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The same fault, with more to read.</summary>
    /// <param name="more">Follows the message.</param>
    public BackchannelException With(string more) => new(Message + more, InnerException)
    {
        Status = Status,
        Code = Code,
        RequestId = RequestId,
        IsUndecided = IsUndecided,
        Refusal = Refusal,
        Advice = Advice,
        RetryAfter = RetryAfter,
    };
}
