namespace Backchannel.Native.Tests.EndToEnd.Sessions;

/// <summary>A home folder that all processes of a test class share, and with it the machine's private bus, which ends with the class.</summary>
public sealed class NativeHome : IDisposable
{
    private readonly TemporaryHome home = new();

    public string Path => home.Path;

    public void Dispose() => home.Dispose();
}
