using System.Globalization;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Model;

/// <summary>Runs a sequence against a new bus and a new model.</summary>
internal sealed class ModelRun : IAsyncDisposable
{
    private readonly ModelClock clock;
    private readonly References references = new();
    private readonly LifeInvariants invariants;
    private readonly BusModel model;
    private readonly ModelBus bus;
    private readonly Coverage coverage;

    private ModelRun(ModelBus bus, ModelClock clock, Coverage coverage, LifeInvariants invariants)
    {
        this.invariants = invariants;
        this.bus = bus;
        this.clock = clock;
        this.coverage = coverage;
        model = new BusModel(clock);
    }

    /// <returns>The first operation that bus and model answer differently; null when they agree throughout.</returns>
    /// <param name="processes">See <see cref="ModelBus"/>.</param>
    public static async Task<Disagreement?> RunAsync(Sequence sequence, Coverage coverage, int processes = 1)
    {
        var clock = new ModelClock();
        var invariants = new LifeInvariants(isClockSet: sequence.Operations.Any(operation => operation.Method == Operation.SetClock));
        await using var run = new ModelRun(await ModelBus.StartAsync(clock, processes), clock, coverage, invariants);
        foreach (var operation in sequence.Operations)
        {
            clock.Advance(sequence.Tick);
            if (await run.StepAsync(operation) is { } disagreement)
            {
                return disagreement;
            }

            if (run.model.IsBlind)
            {
                return null;
            }
        }

        return sequence.Operations.Count > 0 ? await run.ReadAllAsync(sequence.Operations[^1]) : null;
    }

    public ValueTask DisposeAsync() => bus.DisposeAsync();

    private async Task<Disagreement?> StepAsync(Operation operation)
    {
        switch (operation)
        {
            case { Method: Operation.Advance }:
                await bus.SettleAsync();
                clock.Advance(TimeSpan.FromSeconds(int.Parse(operation.Path, CultureInfo.InvariantCulture)));
                return null;
            case { Method: Operation.SetClock }:
                var step = TimeSpan.FromSeconds(int.Parse(operation.Path, CultureInfo.InvariantCulture));
                clock.Set(step);
                model.ClockWasSet(step);
                return null;
            case { Method: Operation.Sweep, Path: Operation.Leases }:
                await bus.SweepLeasesAsync();
                model.SweepLeases();
                return null;
            case { Method: Operation.Sweep }:
                await bus.SweepExpiredAsync();
                model.SweepExpired();
                return null;
            case { Method: Operation.Restart }:
                clock.Advance(TimeSpan.FromSeconds(1));
                await bus.RestartAsync();
                model.Restarted();
                // The first write of a process after its start lengthens the leases.
                for (var process = 0; process < bus.Processes; process++)
                {
                    var mint = new Operation(0, "", "POST", "/v1/keys", $$"""{"agent_label":"restart {{operation.Number}}"}""");
                    if ((await CompareAsync(operation, mint, process)).Disagreement is { } differs)
                    {
                        return differs;
                    }
                }

                return null;
        }

        if (references.Resolve(operation) is not { } request)
        {
            return null;
        }

        var (disagreement, answer) = await CompareAsync(operation, request);
        if (answer.Body.Length > 0)
        {
            references.Add(operation.Number, answer.Json.Clone());
        }

        var isReopened = answer.Status == 200 && request.Path.EndsWith("/reopen", StringComparison.Ordinal);
        return disagreement ?? (Touched(request, answer) is { } read ? await ReadAsync(operation, read, isReopened) : null);
    }

    /// <summary>Reads every message once more: what no operation of the sequence has shown.</summary>
    private async Task<Disagreement?> ReadAllAsync(Operation last)
    {
        foreach (var read in model.Reads())
        {
            if (await ReadAsync(last, read) is { } disagreement)
            {
                return disagreement;
            }
        }

        return null;
    }

    private async Task<Disagreement?> ReadAsync(Operation operation, Operation read, bool isReopened = false)
    {
        var (disagreement, answer) = await CompareAsync(operation, read);
        return disagreement ?? (answer.Status == 200 && invariants.Broken(answer.Json, isReopened) is { } broken
            ? new Disagreement(operation, read, answer, broken)
            : null);
    }

    /// <summary>A read of the message that a request was about; null where it was about none.</summary>
    private static Operation? Touched(Operation request, BusAnswer answer)
    {
        var segments = request.Path.Split('/');
        var id = segments is ["", "v1", "messages", var message, _] ? message
            : segments is ["", "v1", "channels", _, "tasks"] && answer.Status == 201 ? answer.Json.GetProperty("message").GetProperty("id").GetString()
            : null;
        return id is null ? null : new(0, request.Key, "GET", $"/v1/messages/{id}");
    }

    private async Task<(Disagreement? Disagreement, BusAnswer Answer)> CompareAsync(Operation operation, Operation request, int? process = null)
    {
        var expected = model.Answer(request);
        var answer = await bus.SendAsync(request, process);
        coverage.Add(request, answer);
        if (Compare(expected, answer) is { } difference)
        {
            return (new Disagreement(operation, request, answer, difference), answer);
        }

        while (model.NextUnseen() is { } next)
        {
            var shown = await bus.SendAsync(next.Read);
            if (Compare(next.Expected, shown) is { } other)
            {
                return (new Disagreement(operation, next.Read, shown, other), answer);
            }
        }

        return (null, answer);
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
