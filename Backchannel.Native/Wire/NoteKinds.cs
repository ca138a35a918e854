namespace Backchannel.Native.Wire;

/// <summary>The kinds of notes on a task.</summary>
internal static class NoteKinds
{
    /// <summary>The worker asks; the poster answers.</summary>
    public const string Question = "question";

    /// <summary>Of a question; the first one stands.</summary>
    public const string Answer = "answer";

    public const string Comment = "comment";

    /// <summary>How far the worker is; only the newest is kept.</summary>
    public const string Progress = "progress";

    /// <summary>Takes a question back. It is no note itself.</summary>
    public const string Withdraw = "withdraw";
}
