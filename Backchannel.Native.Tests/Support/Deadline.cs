using System.Runtime.CompilerServices;

namespace Backchannel.Native.Tests.Support;

/// <summary>How long a test waits for something that will come; far above what it takes, because machines are shared.</summary>
internal static class Deadline
{
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(60);

    public static CancellationToken Token() => new CancellationTokenSource(Time).Token;

    /// <summary>Waits for a step of a test until the deadline.</summary>
    /// <param name="limit">Another time than the usual one, where that is what a test is about.</param>
    /// <param name="state">What helps to understand why it did not come, such as a process's standard error; asked only then.</param>
    /// <param name="what">What is waited for; the awaited expression itself, where it says enough.</param>
    /// <exception cref="TimeoutException">It did not come; the text says what was waited for, and the state.</exception>
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
