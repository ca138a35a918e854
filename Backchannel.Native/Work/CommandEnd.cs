namespace Backchannel.Native.Work;

/// <summary>How a command ended.</summary>
/// <param name="Code">Its exit code, or the number of the signal that ended it.</param>
internal readonly record struct CommandEnd(CommandEndKind Kind, int Code)
{
    public static CommandEnd Exit(int code) => new(CommandEndKind.Exit, code);

    public static CommandEnd NotStarted(int error) => new(CommandEndKind.NotStarted, error);

    public static CommandEnd Signal(int number) => new(CommandEndKind.Signal, number);
}

internal enum CommandEndKind
{
    /// <summary>It ended by itself.</summary>
    Exit,

    /// <summary>A signal ended it.</summary>
    Signal,

    /// <summary>Its guardian was gone, so it was killed.</summary>
    Unguarded,

    /// <summary>It could not be started; the code is the error number.</summary>
    NotStarted,
}
