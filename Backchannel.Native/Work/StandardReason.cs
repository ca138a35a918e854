namespace Backchannel.Native.Work;

/// <summary>How reasons begin that a runner gives for a failure. In a list of failures they are all the same.</summary>
internal static class StandardReason
{
    /// <summary>Followed by the code.</summary>
    public const string ExitCode = "The command ended with exit code ";

    public const string AgentFailure = "The agent reports a failure: ";

    /// <summary>The reason without its standard beginning, unless it is nothing else.</summary>
    public static string Rest(string reason)
    {
        var rest = reason;
        if (reason.StartsWith(AgentFailure, StringComparison.Ordinal))
        {
            rest = reason[AgentFailure.Length..];
        }
        else if (reason.StartsWith(ExitCode, StringComparison.Ordinal))
        {
            // "127: a program that it needs was not found." says more than the code.
            var end = reason.AsSpan(ExitCode.Length).TrimStart("0123456789");
            rest = end.StartsWith(". ", StringComparison.Ordinal) ? end[". ".Length..].ToString() : reason;
        }

        return string.IsNullOrWhiteSpace(rest) ? reason : rest;
    }
}
