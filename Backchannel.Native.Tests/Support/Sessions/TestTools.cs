using System.Text.Json.Serialization;
using Backchannel.Native.Mcp;
using Backchannel.Native.Tests.Support.Pace;

namespace Backchannel.Native.Tests.Support.Sessions;

/// <summary>Tools that do what the protocol tests need: answer, refuse, fail, wait, and report progress.</summary>
internal sealed class TestTools
{
    /// <summary>Tells each wait that began.</summary>
    public Signals Waiting { get; } = new();

    /// <summary>Tells each wait that was cancelled.</summary>
    public Signals Cancelled { get; } = new();

    /// <summary>Lets all waits finish.</summary>
    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The last call of echo.</summary>
    public ToolCall? LastCall { get; private set; }

    public IReadOnlyList<Tool> All =>
    [
        new TestTool("echo", (arguments, call, _) =>
        {
            LastCall = call;
            return Task.FromResult(new TestResult(arguments.Text, arguments.Count));
        }),
        new TestTool("fail", (_, _, _) => throw new ToolException("It did not work.\nTry something else.")),
        new TestTool("flood", (arguments, _, _) => Task.FromResult(new TestResult(new string('\u0001', arguments.Count * 1000), 0))),
        new TestTool("bug", (_, _, _) => throw new InvalidOperationException("secret internals")),
        new TestTool("wait", async (_, call, cancellationToken) =>
        {
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, call.InputEnded);
            Waiting.Raise();
            call.Task?.GoOn(TimeSpan.FromHours(1));
            try
            {
                await Release.Task.WaitAsync(ends.Token);
            }
            catch (OperationCanceledException)
            {
                Cancelled.Raise();
                throw;
            }

            return new TestResult("released", 0);
        }, canBecomeTask: true),
        new TestTool("later", async (arguments, call, cancellationToken) =>
        {
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, call.InputEnded);
            Waiting.Raise();
            if (call.Task is { IsResumed: false } || arguments.Mode != "slow")
            {
                call.Task?.GoOn(TimeSpan.FromHours(1));
            }

            await Release.Task.WaitAsync(ends.Token);
            return arguments.Text switch
            {
                "bug" => throw new InvalidOperationException("secret internals"),
                "refuse" => throw new ToolException("It did not work.\nTry something else."),
                _ => new TestResult(arguments.Text, 0),
            };
        }, canBecomeTask: true),
        new TestTool("work", async (_, call, cancellationToken) =>
        {
            // Unlike a wait, it finishes even when no more input will come.
            Waiting.Raise();
            await Release.Task.WaitAsync(cancellationToken);
            return new TestResult("worked", 0);
        }),
        new TestTool("progress", async (arguments, call, cancellationToken) =>
        {
            for (var step = 1; step <= arguments.Count; step++)
            {
                await call.ReportProgressAsync($"step {step}", cancellationToken);
            }

            return new TestResult(call.CanReportProgress ? "reported" : "nobody listens", 0);
        }),
        new TestTool("progress_from_many_threads", async (_, call, cancellationToken) =>
        {
            await Parallel.ForAsync(0, 200, cancellationToken, (step, token) => call.ReportProgressAsync($"step {step}", token));
            return new TestResult("reported", 0);
        }),
        new TestTool("progress_after_cancel", async (_, call, cancellationToken) =>
        {
            Waiting.Raise();
            var cancelled = new TaskCompletionSource();
            await using var registration = cancellationToken.Register(cancelled.SetResult);
            await cancelled.Task;
            await call.ReportProgressAsync("too late", CancellationToken.None);
            Cancelled.Raise();
            return new TestResult("too late", 0);
        }),
    ];
}

internal sealed record TestArguments(string? Text = null, int Count = 1, string? Mode = null);

internal sealed record TestResult(string? Text, int Count);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TestArguments))]
[JsonSerializable(typeof(TestResult))]
internal sealed partial class TestToolsJsonContext : JsonSerializerContext;
