using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Looks again and again until something is there or the time is up.</summary>
/// <remarks>
/// Uses the bus's long-poll where it holds a request, which shows in the time that a look takes; elsewhere it polls, quickly at
/// first and then every few seconds, far within 120 requests per minute.
/// </remarks>
/// <param name="held">News of a task that this process holds end a wait early; null: none.</param>
internal sealed class Waiting(TimeProvider time, HeldLeases? held = null)
{
    /// <summary>Not every change wakes a long-poll: releases and leases that run out do not on the reference bus.</summary>
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);
    private const double PauseGrowth = 1.5;

    /// <summary>How long a look that began in time may go on after the wait.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    /// <param name="call">Ends the wait, though not the first look, when its caller sends nothing more.</param>
    /// <param name="limit">Zero: one look.</param>
    /// <param name="look">Looks once; told how long it may have the bus hold the request. Null: nothing yet.</param>
    /// <returns>Null when the time is up, or when the caller has to hear first that a task which it holds was ended.</returns>
    /// <exception cref="BackchannelException">Of the first look; or a fault that lasted until the time was up.</exception>
    public async Task<T?> UntilAsync<T>(
        ToolCall call, TimeSpan limit, Func<TimeSpan, CancellationToken, Task<T?>> look, CancellationToken cancellationToken)
        where T : class
    {
        var started = time.GetTimestamp();
        if (await LookFirstAsync(call, limit, look, cancellationToken) is { } found)
        {
            return found;
        }

        // Asked for before the question, so that nothing falls between the two.
        var news = held?.News ?? CancellationToken.None;
        if (held is { HasNews: true })
        {
            return null;
        }

        call.Task?.GoOn(limit);
        using var deadline = new CancellationTokenSource(limit + Grace, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token, call.InputEnded, news);
        try
        {
            return await RepeatAsync(started, limit, look, any.Token);
        }
        catch (OperationCanceledException) when (
            news.IsCancellationRequested && !cancellationToken.IsCancellationRequested && !call.InputEnded.IsCancellationRequested)
        {
            // The look that was ended may have claimed a task: the last one finds it.
            return await look(TimeSpan.Zero, cancellationToken);
        }
        catch (OperationCanceledException) when (
            deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested && !call.InputEnded.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Looks as <see cref="UntilAsync"/> does. What is asked in the background, together with others, may come late: there it looks once more when the time is up.</summary>
    /// <inheritdoc cref="UntilAsync"/>
    public async Task<T?> UntilAndOnceMoreAsync<T>(
        ToolCall call, TimeSpan limit, Func<TimeSpan, CancellationToken, Task<T?>> look, CancellationToken cancellationToken)
        where T : class
    {
        var found = await UntilAsync(call, limit, look, cancellationToken);
        if (found is not null || limit <= TimeSpan.Zero || call.Task is not { IsInBackground: true })
        {
            return found;
        }

        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, call.InputEnded);
        return await look(TimeSpan.Zero, any.Token);
    }

    /// <summary>A task that another process began waits for its bus from the first look on.</summary>
    private static async Task<T?> LookFirstAsync<T>(
        ToolCall call, TimeSpan limit, Func<TimeSpan, CancellationToken, Task<T?>> look, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await look(TimeSpan.Zero, cancellationToken);
        }
        catch (BackchannelException exception) when (call.Task is { IsResumed: true } && limit > TimeSpan.Zero && IsPassing(exception.Code))
        {
            return null;
        }
    }

    private async Task<T?> RepeatAsync<T>(
        long started, TimeSpan limit, Func<TimeSpan, CancellationToken, Task<T?>> look, CancellationToken cancellationToken)
        where T : class
    {
        BackchannelException? fault = null;
        var pause = FirstPause;
        while (limit - time.GetElapsedTime(started) is { Ticks: > 0 } left)
        {
            // Timers count whole milliseconds: for less than one it would look again and again.
            var slice = left < LongPoll ? TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)) : LongPoll;
            var lookStarted = time.GetTimestamp();
            try
            {
                fault = null;
                if (await look(slice, cancellationToken) is { } found)
                {
                    return found;
                }
            }
            catch (BackchannelException exception) when (IsPassing(exception.Code))
            {
                fault = exception;
                pause = exception.RetryAfter > pause ? exception.RetryAfter.Value : pause;
            }

            if (fault is null && time.GetElapsedTime(lookStarted) >= slice / 2)
            {
                continue;
            }

            left = limit - time.GetElapsedTime(started);
            await Task.Delay(pause < left ? pause : left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellationToken);
            pause = pause * PauseGrowth < LongestPause ? pause * PauseGrowth : LongestPause;
        }

        return fault is null ? null : throw fault;
    }

    /// <summary>Faults that pass: a bus that is restarted or busy does not end a wait of minutes.</summary>
    private static bool IsPassing(string code) => code
        is FaultCodes.Unreachable or FaultCodes.Timeout
        or ErrorCodes.RateLimitExceeded or ErrorCodes.InternalServerError or ErrorCodes.StorageUnavailable;
}
