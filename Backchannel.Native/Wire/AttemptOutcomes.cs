namespace Backchannel.Native.Wire;

/// <summary>How an attempt at a task ended. The last three count against the maximum.</summary>
internal static class AttemptOutcomes
{
    public const string Acknowledged = "acknowledged";

    /// <summary>Given back by its worker.</summary>
    public const string Released = "released";

    public const string Failed = "failed";

    public const string LeaseRanOut = "lease_ran_out";

    /// <summary>The worker's process ended and gave it back.</summary>
    public const string SessionEnded = "session_ended";

    public static readonly IReadOnlyList<string> All = [Acknowledged, Released, Failed, LeaseRanOut, SessionEnded];
}
