using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Tests.Support.Buses;

/// <summary>A write that stays in the transaction on a thread of its own until it is released: what is handed in meanwhile waits.</summary>
internal sealed class HeldWrite : IDisposable
{
    private readonly ManualResetEventSlim release = new();
    private readonly Task<int> write;

    public HeldWrite(WriteQueue writes)
    {
        var entered = new TaskCompletionSource();
        write = Task.Run(() => writes.RunAsync(_ =>
        {
            Thread = Environment.CurrentManagedThreadId;
            // An engine that rehearses a write runs it twice.
            entered.TrySetResult();
            release.Wait();
            return Thread;
        }));
        Assert.True(entered.Task.Wait(Deadline.Time));
    }

    /// <summary>On which it runs.</summary>
    public int Thread { get; private set; }

    /// <summary>Lets it go on.</summary>
    /// <returns>The results of those that waited.</returns>
    public async Task<IReadOnlyList<T>> ReleaseAsync<T>(IReadOnlyList<Task<T>> waiting)
    {
        release.Set();
        await write.Within();
        return await Task.WhenAll(waiting).Within();
    }

    public void Dispose()
    {
        release.Set();
        write.Wait();
        release.Dispose();
    }
}
