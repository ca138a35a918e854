namespace Backchannel.Native.Tests.Bus.Storage.Postgres.Faults.History;

/// <summary>One request and what the bus said to it.</summary>
/// <param name="Task">The content of its task, which only one task has.</param>
/// <param name="Key">Its idempotency key: requests with the same one are the same operation.</param>
/// <param name="Begin">Its place among all begins and ends.</param>
/// <param name="End">Likewise.</param>
internal sealed record Operation(OperationKind Kind, string Task, string Key, string Actor, Outcome Outcome, long Begin, long End)
{
    /// <summary>Of a claim that is done: since when it has the task, in the time of the bus.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Of a claim or a renewal that is done: how long the lease lasts.</summary>
    public DateTimeOffset Until { get; init; }
}
