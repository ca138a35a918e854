using System.Diagnostics;

namespace Backchannel.Native.Tests.Support;

/// <summary>Ends a process with the test that started it, however that test ends.</summary>
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
