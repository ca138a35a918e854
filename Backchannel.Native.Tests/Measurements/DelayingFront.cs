using System.Diagnostics;
using System.Globalization;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>Forwards connections to a port of this machine, and delays all that goes through, each way. A C program of one thread that sleeps between.</summary>
internal sealed class DelayingFront : IDisposable
{
    private readonly Process process;

    /// <param name="folder">Where the program is put.</param>
    public DelayingFront(string folder, int target, TimeSpan delay)
    {
        var program = CProgram.Build(folder, nameof(DelayingFront));
        process = Process.Start(new ProcessStartInfo(program, [$"{target}", $"{(long)delay.TotalMicroseconds}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Port = int.Parse(
            process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{program} failed; its own words are above."), CultureInfo.InvariantCulture);
    }

    public int Port { get; }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }
}
