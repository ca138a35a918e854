using System.Runtime.CompilerServices;

namespace Backchannel.Native.Tests.Support.Time;

/// <summary>How long a test waits for an event; far longer than the event takes, because machines are shared.</summary>
internal static class Deadline
{
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(60);

    /// <param name="limit">Null: <see cref="Time"/>.</param>
    public static CancellationToken Token(TimeSpan? limit = null) => new CancellationTokenSource(limit ?? Time).Token;

    /// <summary>Waits for a step of a test until the deadline.</summary>
    /// <param name="limit">The time to wait, in tests of that time; null: <see cref="Time"/>.</param>
    /// <param name="state">Added to the error, such as a process's standard error; called only when the deadline passes.</param>
    /// <param name="what">What the test waits for; default: the text of the awaited expression.</param>
    /// <exception cref="TimeoutException">The deadline passed; the text names what the test waited for, and the state.</exception>
    public static Task Within(this Task step, Func<string>? state = null, TimeSpan? limit = null, [CallerArgumentExpression(nameof(step))] string what = "") =>
        Within(WithoutResultAsync(step), state, limit, what);

    /// <inheritdoc cref="Within(Task, Func{string}?, TimeSpan?, string)"/>
    public static Task<T> Within<T>(this ValueTask<T> step, Func<string>? state = null, TimeSpan? limit = null, [CallerArgumentExpression(nameof(step))] string what = "") =>
        Within(step.AsTask(), state, limit, what);

    /// <inheritdoc cref="Within(Task, Func{string}?, TimeSpan?, string)"/>
    public static async Task<T> Within<T>(this Task<T> step, Func<string>? state = null, TimeSpan? limit = null, [CallerArgumentExpression(nameof(step))] string what = "")
    {
        try
        {
            return await step.WaitAsync(limit ?? Time);
        }
        catch (TimeoutException) when (!step.IsCompleted)
        {
            throw new TimeoutException($"After {(limit ?? Time).TotalSeconds:0.#} s the test still waits for: {what}{(state is null ? "" : "\n" + state())}");
        }
    }

    private static async Task<bool> WithoutResultAsync(Task step)
    {
        await step;
        return true;
    }
}
