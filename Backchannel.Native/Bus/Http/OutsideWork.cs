using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Http;

/// <summary>Commits writes. Slow work that a write needs first runs outside of the writer, which serves everyone.</summary>
/// <remarks>A client can make such work slow on purpose. So only one piece of it runs at a time, on a thread of its own.</remarks>
internal sealed class OutsideWork(BusDatabase database, TimeProvider timeProvider) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1);

    public async Task<Reply> CommitAsync(Func<WriteContext, Reply> work)
    {
        while (true)
        {
            try
            {
                return await database.Writes.RunAsync(work);
            }
            catch (OutsideWriterException interruption)
            {
                await turn.WaitAsync();
                try
                {
                    await Task.Factory.StartNew(
                        () => interruption.Work(timeProvider), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                }
                finally
                {
                    turn.Release();
                }
            }
        }
    }

    public void Dispose() => turn.Dispose();
}
