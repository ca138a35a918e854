using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Waiting;

namespace Backchannel.Native.Bus.Webhooks;

/// <summary>Takes events out of the queue as they come due and sends them, until it is stopped.</summary>
/// <remarks>What a crash leaves behind half sent is sent again: an event arrives at least once, unless every attempt fails.</remarks>
internal sealed class WebhookSender : IAsyncDisposable
{
    /// <summary>How many requests are under way at once.</summary>
    private const int Places = 64;

    /// <summary>How many of them to one address, so that a slow one holds up itself only.</summary>
    private const int PlacesPerUrl = 8;

    // Much larger than Places: behind a slow address there may be others, whose turn it is.
    private const int Slice = 500;

    // Attempts are at least so far apart; after the last one the event is given up.
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
    private readonly Dictionary<long, (string Url, Task Task)> underWay = [];
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
        await Task.WhenAll(underWay.Values.Select(delivery => delivery.Task));
        stopping.Dispose();
        if (client.IsValueCreated)
        {
            client.Value.Dispose();
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        using var place = signals.Reserve(Change.OfWebhooks);
        await TryAsync(GiveBackAsync, cancellationToken);
        while (!cancellationToken.IsCancellationRequested)
        {
            var next = place.Next;
            var sleep = await TryAsync(StartDueAsync, cancellationToken);
            await next.WaitAsync(sleep ?? RetrySleep, timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Makes free what a sender before this one left half sent.</summary>
    private async Task<TimeSpan?> GiveBackAsync()
    {
        if (database.Read(storage => storage.Webhooks.HasTaken()))
        {
            await database.Writes.RunAsync(context =>
            {
                context.Storage.Webhooks.GiveBack();
                return true;
            });
        }

        return null;
    }

    /// <returns>How long to sleep unless something happens.</returns>
    private async Task<TimeSpan?> StartDueAsync()
    {
        foreach (var number in underWay.Where(delivery => delivery.Value.Task.IsCompleted).Select(delivery => delivery.Key).ToList())
        {
            underWay.Remove(number);
        }

        if (underWay.Count == Places || database.Read(storage => storage.Webhooks.NextDue()) is not { } due)
        {
            return LongestSleep;
        }

        // Later than any attempt can be due: it was queued while the clock was far ahead.
        var pause = due - Instant.Now(timeProvider);
        if (pause > 0 && pause <= LongestPause)
        {
            return TimeSpan.FromMicroseconds(Math.Clamp(pause, 1_000, LongestSleep.TotalMicroseconds));
        }

        foreach (var delivery in await database.Writes.RunAsync(context => Take(context, Math.Max(due, context.Now))))
        {
            underWay.Add(delivery.Number, (delivery.Url, DeliverAsync(delivery, stopping.Token)));
        }

        return TimeSpan.FromMilliseconds(1);
    }

    /// <summary>Marks as many as there are places for; those of an address that has all of its places busy stand back a second.</summary>
    private List<WebhookDelivery> Take(WriteContext context, long dueBy)
    {
        var busy = underWay.Values.CountBy(delivery => delivery.Url).ToDictionary();
        var taken = new List<WebhookDelivery>();
        foreach (var delivery in context.Storage.Webhooks.Due(dueBy, Slice))
        {
            var places = busy.GetValueOrDefault(delivery.Url);
            if (places == PlacesPerUrl)
            {
                context.Storage.Webhooks.Postpone(delivery.Number, context.Now + Instant.PerSecond, delivery.Attempts);
            }
            else if (underWay.Count + taken.Count < Places)
            {
                busy[delivery.Url] = places + 1;
                context.Storage.Webhooks.Take(delivery.Number);
                taken.Add(delivery);
            }
        }

        return taken;
    }

    private async Task DeliverAsync(WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        // The loop goes on with the next one.
        await Task.Yield();
        var failure = await SendAsync(delivery, cancellationToken);
        if (cancellationToken.IsCancellationRequested)
        {
            return;
        }

        await TryAsync(() => database.Writes.RunAsync<TimeSpan?>(context => Settle(context, delivery, failure)), cancellationToken);
        signals.Signal(Change.OfWebhooks);
    }

    /// <returns>Null when it arrived, otherwise what went wrong.</returns>
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
        // The platform does not wrap everything that a connection throws, and whatever it was, the delivery has to be settled.
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
            // Reported when it was found.
        }
        // A boundary like that of a request: a full disk now must not end the deliveries for good.
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            log.MaintenanceFault("webhooks", fault);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped: the next sender takes it up.
        }

        return null;
    }
}
