namespace Backchannel.Native.Tools;

/// <summary>How somebody wants to end a task, or an attempt at it.</summary>
internal enum EndingKind
{
    /// <summary>A result was to be delivered.</summary>
    Ack,

    /// <summary>It was to be told that it could not be done.</summary>
    Failure,

    /// <summary>The task was to be given back.</summary>
    Release,

    /// <summary>The task was to be taken back by who posted it.</summary>
    Cancellation,
}
