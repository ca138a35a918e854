using System.Globalization;

namespace Backchannel.Native.Wake;

/// <summary>Environment variables that a host has and does not hand on to the servers and hooks that it starts.</summary>
internal static class InheritedVariable
{
    /// <summary>Whether a runner started the agent: that has its task to do, and is not to be woken for others.</summary>
    public static bool IsOfRunner(Func<string, string?> environment, int processId) => Find("BACKCHANNEL_WORK", environment, processId) == "1";

    /// <summary>The value that this process has, else the nearest process above it that had one when it began.</summary>
    /// <returns>Null: none has it; on other systems than Linux only this process is asked.</returns>
    public static string? Find(string name, Func<string, string?> environment, int processId) =>
        environment(name) is { Length: > 0 } own ? own
        : OperatingSystem.IsLinux() ? ProcessIdentity.AncestorsOf(processId).Select(ancestor => Read(ancestor.Id, name)).FirstOrDefault(static value => value is { Length: > 0 })
        : null;

    private static string? Read(int processId, string name)
    {
        try
        {
            var start = $"{name}=";
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/environ"))
                .Split('\0').FirstOrDefault(variable => variable.StartsWith(start, StringComparison.Ordinal))?[start.Length..];
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
