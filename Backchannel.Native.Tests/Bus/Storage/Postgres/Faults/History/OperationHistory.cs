using System.Collections.Concurrent;

namespace Backchannel.Native.Tests.Bus.Storage.Postgres.Faults.History;

/// <summary>What callers asked of a bus and were told, and whether that can be true of what is stored at the end.</summary>
/// <remarks>
/// A task has one holder at a time, as long as the lease lasts that its holder was told. What had its 2xx is there, once; what was refused is not
/// there unless a repetition with the same key did it; what is undecided may be either.
/// </remarks>
internal sealed class OperationHistory
{
    private readonly ConcurrentQueue<Operation> operations = new();
    private long places;

    public int Count => operations.Count;

    /// <summary>The next place among all begins and ends.</summary>
    public long Next() => Interlocked.Increment(ref places);

    public void Add(Operation operation) => operations.Enqueue(operation);

    public int CountOf(OperationKind kind, Outcome outcome) => operations.Count(operation => operation.Kind == kind && operation.Outcome == outcome);

    /// <returns>What cannot be true, one sentence each.</returns>
    public List<string> Check(IReadOnlyCollection<StoredTask> stored)
    {
        var found = stored.ToLookup(task => task.Content);
        var asked = operations.ToLookup(operation => operation.Task);
        return
        [
            .. found.Where(tasks => !asked.Contains(tasks.Key)).Select(tasks => $"{tasks.Key} is stored, and nobody has posted it"),
            .. asked.SelectMany(task => CheckPosts(task, found[task.Key].Count())),
            .. asked.SelectMany(CheckHolders),
            .. asked.SelectMany(task => CheckAcks(task, found[task.Key].SelectMany(single => single.Acks).ToList())),
        ];
    }

    private static IEnumerable<string> CheckPosts(IGrouping<string, Operation> task, int count)
    {
        var posts = task.Where(operation => operation.Kind == OperationKind.Post).ToList();
        if (count > 1)
        {
            yield return $"{task.Key} is stored {count} times";
        }

        if (count == 0 && posts.Any(post => post.Outcome == Outcome.Done))
        {
            yield return $"{task.Key} is lost";
        }

        if (count > 0 && posts.All(post => post.Outcome == Outcome.Refused))
        {
            yield return $"{task.Key} is stored, and its poster was told that nothing was kept";
        }
    }

    private static IEnumerable<string> CheckHolders(IGrouping<string, Operation> task)
    {
        var claims = Firsts(task, OperationKind.Claim).OrderBy(claim => claim.From).ToList();
        foreach (var (earlier, later) in claims.Zip(claims.Skip(1)))
        {
            // A renewal counts as long as nobody could have the task meanwhile: it was told before the later claim began.
            var until = task
                .Where(renewal => renewal.Kind == OperationKind.Renew && renewal.Outcome == Outcome.Done && renewal.Key == earlier.Key && renewal.End < later.Begin)
                .Select(renewal => renewal.Until)
                .Append(earlier.Until)
                .Max();
            if (later.From < until)
            {
                yield return $"{task.Key} is held by {later.Actor} from {later.From:O}, and by {earlier.Actor} until {until:O}";
            }
        }

        foreach (var ack in Firsts(task, OperationKind.Ack))
        {
            foreach (var claim in claims.Where(claim => claim.Begin > ack.End))
            {
                yield return $"{task.Key} was given to {claim.Actor} after {ack.Actor} had acknowledged it";
            }
        }
    }

    private static IEnumerable<string> CheckAcks(IGrouping<string, Operation> task, List<string> stored)
    {
        var acks = Firsts(task, OperationKind.Ack);
        if (acks.Count > 1 || stored.Count > 1)
        {
            yield return $"{task.Key} is acknowledged twice: told to {string.Join(", ", acks.Select(ack => ack.Actor))}; stored for {string.Join(", ", stored)}";
        }

        foreach (var ack in acks.Where(ack => !stored.Contains(ack.Actor)))
        {
            yield return $"the ack of {task.Key} by {ack.Actor} is lost";
        }

        foreach (var actor in stored)
        {
            var own = task.Where(operation => operation.Kind == OperationKind.Ack && operation.Actor == actor).ToList();
            if (own.All(ack => ack.Outcome == Outcome.Refused))
            {
                yield return $"{task.Key} is acknowledged by {actor}, who was told that nothing was kept";
            }
        }
    }

    /// <summary>The operations that were told as done; of those with one key the first.</summary>
    private static List<Operation> Firsts(IEnumerable<Operation> operations, OperationKind kind) =>
        [.. operations.Where(operation => operation.Kind == kind && operation.Outcome == Outcome.Done).GroupBy(operation => operation.Key).Select(same => same.MinBy(operation => operation.Begin)!)];
}
