namespace Backchannel.Native.Wire;

/// <summary>Why a question is closed.</summary>
internal static class QuestionEnds
{
    public const string Answered = "answered";

    public const string Withdrawn = "withdrawn";

    /// <summary>The worker that asked no longer has the task.</summary>
    public const string AttemptEnded = "attempt_ended";
}
