using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Waiting;

namespace Backchannel.Native.Bus.Webhooks;

/// <summary>Takes events out of the queue as they come due and sends them, until it is stopped.</summary>
/// <remarks>
/// An event is taken under a lease. After a crash it is sent again once the lease is over, so it arrives at least once, unless every attempt fails.
/// </remarks>
internal sealed class WebhookSender : IAsyncDisposable
{
    /// <summary>Requests under way at once.</summary>
    private const int Places = 64;

    /// <summary>Requests under way to one address, so that a slow address delays only its own events.</summary>
    private const int PlacesPerUrl = 8;

    // Much larger than Places: behind the events for a slow address there may be events for others.
    private const int Slice = 500;

    // The least time from each failed attempt to the next; after the attempt that follows the last one, the event is dropped.
    private static readonly int[] RetrySeconds = [60, 120, 240, 300];

    private static readonly long LongestPause = (RetrySeconds.Max() + 1) * Instant.PerSecond;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetrySleep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(10);

    private readonly BusDatabase database;
    private readonly Signals signals;
    private readonly TimeProvider timeProvider;
    private readonly BusLog log;
    private readonly Lazy<WebhookClient> client;
    private readonly CancellationTokenSource stopping = new();
    private readonly Dictionary<long, Delivery> underWay = [];
    private readonly Task running;

    public WebhookSender(BusOptions options, BusDatabase database, Signals signals, TimeProvider timeProvider, BusLog log)
    {
        this.database = database;
        this.signals = signals;
        this.timeProvider = timeProvider;
        this.log = log;
        client = new(() => new WebhookClient(options.AllowPrivateWebhooks));
        running = RunAsync(stopping.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        await Task.WhenAll(underWay.Values.Select(delivery => delivery.IsSettled));
        await TryAsync(GiveBackAsync, CancellationToken.None);
        stopping.Dispose();
        if (client.IsValueCreated)
        {
            client.Value.Dispose();
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        using var place = signals.Reserve(Change.OfWebhooks);
        while (!cancellationToken.IsCancellationRequested)
        {
            var next = place.Next;
            var sleep = await TryAsync(StartDueAsync, cancellationToken);
            await next.WaitAsync(sleep ?? RetrySleep, timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Frees what this sender has not finished, so that the next one need not wait for the end of its leases.</summary>
    private async Task<TimeSpan?> GiveBackAsync()
    {
        var unsettled = underWay.Values.Where(delivery => !delivery.IsSettled.Result).Select(delivery => delivery.Number).ToList();
        if (unsettled.Count > 0)
        {
            await database.Writes.RunAsync(context =>
            {
                unsettled.ForEach(context.Storage.Webhooks.GiveBack);
                return true;
            });
        }

        return null;
    }

    /// <returns>How long to sleep, unless a signal comes first.</returns>
    private async Task<TimeSpan?> StartDueAsync()
    {
        foreach (var number in underWay.Values.Where(delivery => delivery.IsSettled.IsCompleted).Select(delivery => delivery.Number).ToList())
        {
            underWay.Remove(number);
        }

        if (underWay.Count == Places || await database.ReadAsync(static storage => storage.Webhooks.NextDue()) is not { } due)
        {
            return LongestSleep;
        }

        // An event that is due later than any attempt can be was queued while the clock was far ahead; it is taken now.
        var pause = due - Instant.Now(timeProvider);
        if (pause > 0 && pause <= LongestPause)
        {
            return TimeSpan.FromMicroseconds(Math.Clamp(pause, 1_000, LongestSleep.TotalMicroseconds));
        }

        foreach (var delivery in await database.Writes.RunAsync(context => Take(context, Math.Max(due, context.Now))))
        {
            underWay.Add(delivery.Number, new(delivery.Number, delivery.Url, DeliverAsync(delivery, stopping.Token)));
        }

        return TimeSpan.FromMilliseconds(1);
    }

    /// <summary>Takes as many events as there are places for; those for an address whose places are all busy wait another second.</summary>
    private List<WebhookDelivery> Take(WriteContext context, long dueBy)
    {
        context.Storage.Webhooks.EndLeases(context.Now);
        var busy = new Dictionary<string, int>();
        foreach (var delivery in underWay.Values)
        {
            busy[delivery.Url] = busy.GetValueOrDefault(delivery.Url) + 1;
        }

        var taken = new List<WebhookDelivery>();
        foreach (var delivery in context.Storage.Webhooks.Due(dueBy, Slice))
        {
            var places = busy.GetValueOrDefault(delivery.Url);
            if (underWay.ContainsKey(delivery.Number))
            {
                // The clock was set, so the lease ended while the event is still being sent.
                context.Storage.Webhooks.Take(delivery.Number, context.Now);
            }
            else if (places == PlacesPerUrl)
            {
                context.Storage.Webhooks.Postpone(delivery.Number, context.Now + Instant.PerSecond, delivery.Attempts);
            }
            else if (underWay.Count + taken.Count < Places)
            {
                busy[delivery.Url] = places + 1;
                context.Storage.Webhooks.Take(delivery.Number, context.Now);
                taken.Add(delivery);
            }
        }

        return taken;
    }

    /// <returns>Whether the outcome was stored; not when the bus stopped meanwhile.</returns>
    private async Task<bool> DeliverAsync(WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        // Lets the loop start the next delivery.
        await Task.Yield();
        var failure = await SendAsync(delivery, cancellationToken);
        if (cancellationToken.IsCancellationRequested)
        {
            return false;
        }

        await TryAsync(() => database.Writes.RunAsync<TimeSpan?>(context => Settle(context, delivery, failure)), cancellationToken);
        signals.Signal(Change.OfWebhooks);
        return true;
    }

    /// <returns>Null when the event arrived, otherwise what went wrong.</returns>
    private async Task<string?> SendAsync(WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Timeout, timeProvider);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var status = await client.Value.SendAsync(delivery, ending.Token);
            return status is >= 200 and < 300 ? null : $"HTTP {status}";
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return "no answer in time";
        }
        // The platform does not wrap everything that a connection throws, and every failure has to be stored as one.
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
        {
            return problem.Message;
        }
    }

    private TimeSpan? Settle(WriteContext context, WebhookDelivery delivery, string? failure)
    {
        var attempts = delivery.Attempts + 1;
        if (failure is null || attempts > RetrySeconds.Length)
        {
            context.Storage.Webhooks.Remove(delivery.Number);
        }
        else
        {
            context.Storage.Webhooks.Postpone(delivery.Number, context.Now + (RetrySeconds[attempts - 1] * Instant.PerSecond), attempts);
        }

        if (failure is not null)
        {
            context.AfterCommit(() => log.WebhookFailed(delivery.Number, attempts, attempts > RetrySeconds.Length, failure));
        }

        return null;
    }

    /// <returns>Null when it failed.</returns>
    private async Task<TimeSpan?> TryAsync(Func<Task<TimeSpan?>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work();
        }
        catch (UnusableDatabaseException)
        {
            // The fault was reported when it was found.
        }
        // Catches everything: one failed step, for example on a full disk, must not end the later deliveries.
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            log.MaintenanceFault("webhooks", fault);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // The bus is stopping: the next sender delivers what is left.
        }

        return null;
    }

    private sealed record Delivery(long Number, string Url, Task<bool> IsSettled);
}
