namespace Backchannel.Native.Client;

/// <summary>Requests to one bus, authenticated, retried and read.</summary>
internal sealed class BusConnection : IAsyncDisposable
{
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
