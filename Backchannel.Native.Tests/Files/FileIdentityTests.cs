using Backchannel.Native.Files;

namespace Backchannel.Native.Tests.Files;

public sealed class FileIdentityTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [UnixFact]
    public async Task Device_and_number_are_those_that_the_system_tells()
    {
        var path = folder.File("file");
        await File.WriteAllTextAsync(path, "x");
        string[] arguments = OperatingSystem.IsMacOS() ? ["-f", "%d %i", path] : ["-c", "%d %i", path];

        var identity = FileIdentity.Of(FileStatus.Prepare(path));

        Assert.Equal((await ProgramRun.RunAsync("stat", arguments)).Output.Trim(), $"{identity!.Value.Device} {identity.Value.Number}");
    }

    [UnixFact]
    public void A_path_that_leads_nowhere_has_none()
    {
        Assert.Null(FileIdentity.Of(FileStatus.Prepare(folder.File("missing"))));
        Assert.Null(FileIdentity.Of(FileStatus.Prepare(folder.File("missing/below"))));
    }

    public void Dispose() => folder.Dispose();
}
