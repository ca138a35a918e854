using System.Diagnostics;

namespace Backchannel.Native.Tests.EndToEnd.Work;

/// <summary>Processes that a command started, by their numbers.</summary>
internal static class RunningProcess
{
    /// <summary>Whether it runs; a dead one that nobody has asked for yet does not.</summary>
    public static bool Exists(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited && !IsZombie(processId);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    public static void Kill(int processId)
    {
        using var process = Process.GetProcessById(processId);
        process.Kill();
    }

    /// <summary>Waits for its end.</summary>
    public static async Task WaitForEndAsync(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            await process.WaitForExitAsync().Within();
        }
        catch (ArgumentException)
        {
            // It has ended.
        }
    }

    private static bool IsZombie(int processId)
    {
        try
        {
            var status = File.ReadAllText($"/proc/{processId}/stat");
            return status[status.LastIndexOf(')') + 2] == 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }
}
