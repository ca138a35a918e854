namespace Backchannel.Native.Tests.EndToEnd;

/// <summary>A home folder that all processes of a test class share, and with it the machine's private bus.</summary>
public sealed class NativeHome : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("backchannel-home-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
