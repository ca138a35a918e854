using System.CommandLine;

namespace Backchannel.Native.Cli;

/// <summary>One setting as help and README show it.</summary>
/// <param name="Option">Its name on the command line; null: none.</param>
/// <param name="Environment">Its variable; null when there is none.</param>
/// <param name="ValueName">What stands for the value in usage lines.</param>
/// <param name="Default">What holds when neither is given.</param>
/// <param name="Meaning">One sentence without a full stop.</param>
internal sealed record SettingDescription(
    string? Option, string? Environment, string ValueName, string Default, string Meaning)
{
    /// <summary>The option for the command line, explained.</summary>
    /// <param name="isRecursive">Whether all commands take it.</param>
    public Option<string?> ToOption(bool isRecursive = true) => new(Option!)
    {
        Description = $"{Meaning}. {(Environment is null ? "" : $"Environment: {Environment}. ")}Default: {Default}",
        HelpName = ValueName,
        Recursive = isRecursive,
    };
}
