using System.Diagnostics;

namespace Backchannel.Native.Tests.Support.Programs;

/// <summary>The published native file that the end-to-end set runs; the test command publishes it first.</summary>
internal static class PublishedExecutable
{
    private const string Variable = "BACKCHANNEL_TEST_EXECUTABLE";

    public static string Path { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path && File.Exists(path)
        ? path
        : throw new InvalidOperationException($"{Variable} does not name the published executable; run ./build.sh test");

    /// <summary>Makes a copy that can be run at once.</summary>
    /// <remarks>
    /// Another program writes it: a process that another test starts at that moment would inherit the open file from this one, and until it has
    /// begun its own program the copy is busy ("Text file busy").
    /// </remarks>
    public static void CopyTo(string copy)
    {
        if (OperatingSystem.IsWindows())
        {
            File.Copy(Path, copy);
            return;
        }

        using var writer = Process.Start("cp", [Path, copy]);
        writer.WaitForExit();
        Assert.Equal(0, writer.ExitCode);
    }
}
