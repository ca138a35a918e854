using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Http;

/// <summary>Commits writes, and does the work that some of them need before they can go on, outside of the writer.</summary>
/// <remarks>A sender can make such work slow on purpose: so one piece runs at a time, on a thread that nobody else needs.</remarks>
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
