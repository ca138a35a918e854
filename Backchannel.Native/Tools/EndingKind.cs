namespace Backchannel.Native.Tools;

/// <summary>How somebody wants to end a task, or an attempt at it.</summary>
internal enum EndingKind
{
    /// <summary>Acknowledge, with or without a result.</summary>
    Ack,

    /// <summary>Report a failure.</summary>
    Failure,

    /// <summary>Give the task back.</summary>
    Release,

    /// <summary>Cancel it, as its poster.</summary>
    Cancellation,
}
