using System.Net.Http;
using System.Net.Sockets;

namespace Backchannel.Native.Tests.Support.Buses;

/// <summary>Repeats a request until a bus that is killed and started again has answered it; a write needs its idempotency key for that.</summary>
internal sealed class PersistentCaller(ServedBus bus, BusCaller caller)
{
    /// <summary>A bus that ends by itself is not started again: the caller must not wait for it for ever.</summary>
    private const int MaxAttempts = 1_000;

    private int repetitions;

    /// <summary>How many requests got no answer and were sent once more.</summary>
    public int Repetitions => Volatile.Read(ref repetitions);

    public Task<BusAnswer> SendAsync(string method, string path, string? body = null, string? idempotencyKey = null) =>
        SendAsync(method, () => path, body, idempotencyKey);

    /// <param name="path">Asked anew for each repetition.</param>
    public async Task<BusAnswer> SendAsync(string method, Func<string> path, string? body = null, string? idempotencyKey = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            await bus.WhenRunningAsync();
            try
            {
                return await caller.SendAsync(method, path(), body, idempotencyKey);
            }
            // HttpClient lets a SocketException through when the bus is killed right after it took the connection.
            catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException && attempt < MaxAttempts)
            {
                Interlocked.Increment(ref repetitions);
            }
        }
    }
}
