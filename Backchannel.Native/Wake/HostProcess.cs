using System.Globalization;

namespace Backchannel.Native.Wake;

/// <summary>What the command line of a process tells of an agent host. Only Linux shows it; elsewhere no process is taken for one.</summary>
internal static class HostProcess
{
    /// <summary>Hosts that are scripts.</summary>
    private static readonly string[] Interpreters = ["node", "bun", "deno"];

    /// <param name="host">One of <see cref="WakeHosts"/>.</param>
    public static bool Is(string host, int processId) => Is(host, Read(processId));

    /// <summary>Whether the host runs headless: it prints one answer and exits.</summary>
    /// <param name="environment">What the host gave its child.</param>
    /// <param name="processId">The host's.</param>
    public static bool IsHeadless(string host, Func<string, string?> environment, int processId) =>
        host == WakeHosts.ClaudeCode
            ? environment("CLAUDE_CODE_SESSION_ATTENDED") == "0" || environment("CLAUDE_CODE_ENTRYPOINT")?.StartsWith("sdk-", StringComparison.Ordinal) is true
            : Read(processId) is var line && Is(host, line) && line.Arguments.Any(argument => OfOnePrompt(host).Contains(argument.Split('=')[0]));

    private static bool Is(string host, (string Program, string[] Arguments) line)
    {
        var (program, arguments) = line;
        var isScript = Interpreters.Contains(Path.GetFileNameWithoutExtension(program));
        var name = isScript ? arguments.FirstOrDefault(static argument => !argument.StartsWith('-')) : Path.GetFileName(program);
        return name?.Contains(host.Split('-')[0], StringComparison.OrdinalIgnoreCase) is true;
    }

    private static string[] OfOnePrompt(string host) => host switch
    {
        WakeHosts.Codex => ["exec"],
        WakeHosts.OpenCode => ["run"],
        _ => ["-p", "--prompt"],
    };

    private static (string Program, string[] Arguments) Read(int processId)
    {
        try
        {
            return OperatingSystem.IsLinux() && File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/cmdline")).Split('\0') is [var program, .. var arguments]
                ? (program, arguments)
                : ("", []);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return ("", []);
        }
    }
}
