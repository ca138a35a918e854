using System.Diagnostics;

namespace Backchannel.Native.Tests.Support.Programs;

/// <summary>Kills a process when the test that started it ends, in whatever way.</summary>
internal sealed class ProcessEnd(Process process) : IDisposable
{
    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }
    }
}
