namespace Backchannel.Native.Tools;

/// <summary>Waits of many tasks of the extension for messages: those that read a channel from the same place on read it once, for all of them.</summary>
/// <param name="pace">What tasks of the extension ask in the background.</param>
internal sealed class CombinedReads(WaitPace pace, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Channel, string? Since, int? Limit, bool Waits), Reading> readings = [];

    /// <param name="wait">How long the caller waits for the reading; zero: until it is done, and the reading itself does not wait for a message.</param>
    /// <param name="read">Reads, for whoever wants the same.</param>
    /// <returns>Null: nothing came in that time.</returns>
    public async Task<SubscribeResult?> ReadAsync(
        SubscribeArguments arguments, TimeSpan wait, Func<Task<SubscribeResult>> read, CancellationToken cancellationToken)
    {
        var waits = wait > TimeSpan.Zero;
        var place = (arguments.Channel, arguments.Since, arguments.Limit, waits);
        Reading? reading;
        lock (gate)
        {
            if (!readings.TryGetValue(place, out reading))
            {
                readings[place] = reading = new(RunAsync(place, read));
            }

            reading.Readers++;
        }

        try
        {
            return await reading.Result.WaitAsync(waits ? wait : Timeout.InfiniteTimeSpan, time, cancellationToken);
        }
        catch (TimeoutException) when (!reading.Result.IsFaulted)
        {
            return null;
        }
        finally
        {
            lock (gate)
            {
                reading.Readers--;
            }
        }
    }

    /// <returns>Null: when its turn came, nobody waited for it any more.</returns>
    private async Task<SubscribeResult?> RunAsync((string, string?, int?, bool) place, Func<Task<SubscribeResult>> read)
    {
        await Task.Yield();
        try
        {
            await pace.TakeAsync(CancellationToken.None);
            lock (gate)
            {
                if (readings[place].Readers == 0)
                {
                    // In one step with the question: whoever comes now begins another one.
                    readings.Remove(place);
                    return null;
                }
            }

            return await read();
        }
        finally
        {
            lock (gate)
            {
                readings.Remove(place);
            }
        }
    }

    private sealed class Reading(Task<SubscribeResult?> result)
    {
        public Task<SubscribeResult?> Result => result;

        public int Readers { get; set; }
    }
}
