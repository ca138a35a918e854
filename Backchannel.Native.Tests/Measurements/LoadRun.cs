using System.Diagnostics;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>Operations on several connections at once: each connection sends its next one when it has the answer to the last.</summary>
internal static class LoadRun
{
    /// <param name="operation">One operation; told its number.</param>
    public static async Task<LoadResult> RunAsync<TClient>(
        int connections, int total, Func<Task<TClient>> connect, Func<TClient, int, Task> operation)
        where TClient : IDisposable
    {
        var clients = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => connect()));
        var times = new double[total];
        var next = -1;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(clients.Select(client => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < total; i = Interlocked.Increment(ref next))
            {
                var start = Stopwatch.GetTimestamp();
                await operation(client, i);
                times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        })));
        var elapsed = clock.Elapsed;
        foreach (var client in clients)
        {
            client.Dispose();
        }

        return LoadResult.Of(times, elapsed);
    }
}
