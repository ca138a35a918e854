namespace Backchannel.Native.Work;

/// <summary>The arguments of a command, with the task in the place that was meant for it.</summary>
internal static class CommandLine
{
    /// <summary>As a whole argument it stands for the task. Inside of one it is left as it is: the task could not be told from what is around it.</summary>
    public const string Task = "{task}";

    public static bool TakesTask(IReadOnlyList<string> command) => command.Skip(1).Contains(Task);

    /// <summary>Why a task cannot be an argument; null: it can.</summary>
    public static string? Refusal(string task) => task switch
    {
        ['-', ..] => "The task begins with a hyphen: as an argument it would be read as an option. It was not run.",
        _ when task.Contains('\0', StringComparison.Ordinal) => "The task holds a NUL character, which no argument can hold. It was not run.",
        _ => null,
    };

    public static IReadOnlyList<string> With(IReadOnlyList<string> command, string task) =>
        [.. command.Select((argument, index) => index > 0 && argument == Task ? task : argument)];
}
