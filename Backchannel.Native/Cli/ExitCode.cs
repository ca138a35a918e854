namespace Backchannel.Native.Cli;

/// <summary>What the process returns to its caller.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The request was right and could not be carried out.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage or settings.</summary>
    public const int WrongUsage = 2;
}
