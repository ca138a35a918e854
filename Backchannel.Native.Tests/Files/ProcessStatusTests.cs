using System.Diagnostics;
using Backchannel.Native.Files;

namespace Backchannel.Native.Tests.Files;

public sealed class ProcessStatusTests
{
    [LinuxFact]
    public async Task The_name_of_a_program_may_look_like_the_rest_of_the_line()
    {
        using var folder = new TemporaryFolder();
        var program = folder.File(") Z 1 (");
        File.Copy("/bin/cat", program);
        using var process = Process.Start(new ProcessStartInfo(program) { RedirectStandardInput = true })!;

        var status = ProcessStatus.Read(process.Id);
        process.StandardInput.Close();
        await process.WaitForExitAsync().Within();

        Assert.Equal((process.Id, Environment.ProcessId, true), (status!.Id, status.Parent, status.IsRunning));
        Assert.Equal(ProcessStatus.Read(Environment.ProcessId)!.Session, status.Session);
        Assert.Null(ProcessStatus.Read(process.Id));
    }
}
