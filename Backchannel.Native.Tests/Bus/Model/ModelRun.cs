using System.Globalization;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Model;

/// <summary>Runs a sequence against a new bus and a new model.</summary>
internal sealed class ModelRun : IAsyncDisposable
{
    // Lengths that no other timer has, by which the clock tells the two sweeps apart.
    private static readonly TimeSpan LeaseSweepInterval = TimeSpan.FromDays(41);
    private static readonly TimeSpan ExpiryInterval = TimeSpan.FromDays(42);

    private readonly ModelClock clock;
    private readonly References references = new();
    private readonly BusModel model;
    private readonly TestBus bus;

    private readonly Coverage coverage;

    private ModelRun(TestBus bus, ModelClock clock, Coverage coverage)
    {
        this.bus = bus;
        this.clock = clock;
        this.coverage = coverage;
        model = new BusModel(clock);
    }

    /// <returns>The first operation that bus and model answer differently; null when they agree throughout.</returns>
    public static async Task<Disagreement?> RunAsync(Sequence sequence, Coverage coverage)
    {
        var clock = new ModelClock();
        var bus = await TestBus.StartAsync(
            options => options with { LeaseSweepInterval = LeaseSweepInterval, ExpiryInterval = ExpiryInterval },
            clock);
        await using var run = new ModelRun(bus, clock, coverage);
        foreach (var operation in sequence.Operations)
        {
            clock.Advance(sequence.Tick);
            if (await run.StepAsync(operation) is { } disagreement)
            {
                return disagreement;
            }
        }

        return null;
    }

    public ValueTask DisposeAsync() => bus.DisposeAsync();

    private async Task<Disagreement?> StepAsync(Operation operation)
    {
        switch (operation)
        {
            case { Method: Operation.Advance }:
                clock.Advance(TimeSpan.FromSeconds(int.Parse(operation.Path, CultureInfo.InvariantCulture)));
                return null;
            case { Method: Operation.SetClock }:
                var step = TimeSpan.FromSeconds(int.Parse(operation.Path, CultureInfo.InvariantCulture));
                clock.Set(step);
                model.ClockWasSet(step);
                return null;
            case { Method: Operation.Sweep, Path: Operation.Leases }:
                await clock.RunAsync(LeaseSweepInterval);
                model.SweepLeases();
                return null;
            case { Method: Operation.Sweep }:
                await clock.RunAsync(ExpiryInterval);
                model.SweepExpired();
                return null;
        }

        if (references.Resolve(operation) is not { } request)
        {
            return null;
        }

        var (difference, answer) = await CompareAsync(request, model.Answer(request));
        if (answer.Body.Length > 0)
        {
            references.Add(operation.Number, answer.Json.Clone());
        }

        while (difference is null && model.NextUnseen() is { } next)
        {
            (difference, answer) = await CompareAsync(request = next.Read, next.Expected);
        }

        return difference is null ? null : new Disagreement(operation, request, answer, difference);

        async Task<(string? Difference, BusAnswer Answer)> CompareAsync(Operation sent, Expected expected)
        {
            var received = await new BusCaller(bus, sent.Key, "").SendAsync(sent.Method, sent.Path, sent.Body, sent.IdempotencyKey);
            coverage.Add(sent, received);
            return (Compare(expected, received), received);
        }
    }

    private static string? Compare(Expected expected, BusAnswer answer)
    {
        try
        {
            return AnswerComparison.Difference(expected, answer);
        }
        // The model reads what it expects to be there; that it is not is a difference like any other.
        catch (Exception problem) when (problem is InvalidOperationException or KeyNotFoundException or FormatException or ArgumentOutOfRangeException)
        {
            return problem.Message;
        }
    }
}
