using System.Diagnostics;

namespace Backchannel.Native.Tests.Support.Programs;

/// <summary>Signals to a child process.</summary>
internal static class ProcessSignals
{
    /// <param name="name">As the command <c>kill</c> takes it, such as <c>TERM</c>, <c>STOP</c> or <c>CONT</c>.</param>
    public static async Task SendAsync(int processId, string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", processId.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().Within();
        Assert.Equal(0, kill.ExitCode);
    }
}
