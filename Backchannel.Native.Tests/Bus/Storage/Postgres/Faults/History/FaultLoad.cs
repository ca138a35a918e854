using System.Globalization;
using System.Net.Http;
using System.Net.Sockets;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Storage.Postgres.Faults.History;

/// <summary>Posters and workers that ask any of several buses, repeat what has failed with the same key at any other, and write down what they were told.</summary>
/// <param name="bus">A caller at one of the buses, another one each time.</param>
internal sealed class FaultLoad(OperationHistory history, Func<BusCaller> bus, string channel, int seed)
{
    private const int LeaseSeconds = 30;

    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromMilliseconds(100);

    private int lastPost;
    private int posted;
    private int acknowledged;

    /// <summary>How many posts had their 2xx.</summary>
    public int Posted => Volatile.Read(ref posted);

    /// <summary>How many acks had theirs.</summary>
    public int Acknowledged => Volatile.Read(ref acknowledged);

    /// <param name="pause">Between two posts.</param>
    public async Task PostAsync(int number, TimeSpan pause, Func<bool> isEnough)
    {
        var random = new Random(seed - number);
        while (!isEnough())
        {
            var content = $"task {Interlocked.Increment(ref lastPost)}";
            var key = Guid.NewGuid().ToString();
            var mayBeKept = false;
            while (true)
            {
                var (outcome, _) = await AskAsync(
                    OperationKind.Post, content, key, "poster", $"/v1/channels/{channel}/messages", $$"""{"content":"{{content}}"}""");
                if (outcome == Outcome.Done)
                {
                    Interlocked.Increment(ref posted);
                    break;
                }

                mayBeKept |= outcome == Outcome.Undecided;
                if (!mayBeKept && random.Next(3) == 0)
                {
                    // Nobody repeats it: if it is there at the end, the bus has lied.
                    break;
                }
            }

            await Task.Delay(pause, TimeProvider.System, CancellationToken.None);
        }
    }

    /// <param name="isOver">Whether nothing more will be posted.</param>
    public async Task WorkAsync(int number, Func<bool> isOver)
    {
        var actor = $"worker-{number}";
        var random = new Random(seed + number);
        var empty = 0;
        while (empty < 2)
        {
            var wasOver = isOver();
            var page = await ListAsync();
            if (page is null)
            {
                continue;
            }

            empty = wasOver && page.Length == 0 ? empty + 1 : 0;
            random.Shuffle(page);
            foreach (var (id, content) in page.Take(5))
            {
                await TakeAsync(id, content, actor, random);
            }
        }
    }

    private async Task TakeAsync(string id, string content, string actor, Random random)
    {
        var key = Guid.NewGuid().ToString();
        var lease = $$"""{"actor":"{{actor}}","lease_seconds":{{LeaseSeconds}}}""";
        if (await UntilDecidedAsync(OperationKind.Claim, content, key, actor, $"/v1/messages/{id}/claim-with-lease", lease) is not { } claim)
        {
            return;
        }

        if (random.Next(4) == 0)
        {
            await AskAsync(
                OperationKind.Renew, content, key, actor, $"/v1/leases/{claim.Text("lease_token")}/heartbeat", $$"""{"lease_seconds":{{LeaseSeconds}}}""");
        }

        var ack = await UntilDecidedAsync(OperationKind.Ack, content, Guid.NewGuid().ToString(), actor, $"/v1/messages/{id}/ack", $$"""{"actor":"{{actor}}"}""");
        if (ack is not null)
        {
            Interlocked.Increment(ref acknowledged);
        }
    }

    private async Task<(string Id, string Content)[]?> ListAsync()
    {
        try
        {
            var page = await bus().SendAsync("GET", $"/v1/channels/{channel}/messages?status=unclaimed&limit=20&wait=1");
            if (page.Status == 200)
            {
                return [.. page.Json.GetProperty("data").EnumerateArray().Select(message => (message.Text("id"), message.Text("content")))];
            }

            Assert.Equal(503, page.Status);
        }
        catch (Exception exception) when (IsUnanswered(exception))
        {
        }

        await Task.Delay(PauseAfterFault, TimeProvider.System, CancellationToken.None);
        return null;
    }

    /// <returns>The answer; null: refused.</returns>
    private async Task<BusAnswer?> UntilDecidedAsync(OperationKind kind, string content, string key, string actor, string path, string body)
    {
        while (true)
        {
            var (outcome, answer) = await AskAsync(kind, content, key, actor, path, body);
            if (outcome == Outcome.Done)
            {
                return answer;
            }

            if (outcome == Outcome.Refused && answer!.Status != 503)
            {
                return null;
            }
        }
    }

    /// <summary>Asks once, and writes down what came of it.</summary>
    private async Task<(Outcome Outcome, BusAnswer? Answer)> AskAsync(OperationKind kind, string content, string key, string actor, string path, string body)
    {
        var begin = history.Next();
        BusAnswer? answer = null;
        try
        {
            // A renewal is no operation of its own; its key is that of its claim, and is not sent.
            answer = await bus().SendAsync("POST", path, body, kind == OperationKind.Renew ? null : key);
        }
        catch (Exception exception) when (IsUnanswered(exception))
        {
        }

        var outcome = answer switch
        {
            { Status: 200 or 201 } => Outcome.Done,
            { Status: 503 } => Outcome.Refused,
            null or { Status: 504 } => Outcome.Undecided,
            { Status: 404 or 409 or 410 } => Outcome.Refused,
            _ => throw new InvalidOperationException($"{kind} of {content}: {answer}"),
        };
        var operation = new Operation(kind, content, key, actor, outcome, begin, history.Next());
        history.Add(outcome != Outcome.Done ? operation : kind switch
        {
            OperationKind.Claim => operation with
            {
                From = Time(answer!.Json.GetProperty("message").Text("claimed_at")),
                Until = Time(answer.Text("expires_at")),
            },
            OperationKind.Renew => operation with { Until = Time(answer!.Text("expires_at")) },
            _ => operation,
        });
        if (outcome == Outcome.Undecided || answer!.Status == 503)
        {
            await Task.Delay(PauseAfterFault, TimeProvider.System, CancellationToken.None);
        }

        return (outcome, answer);
    }

    /// <summary>HttpClient lets a SocketException through when the bus is killed right after it took the connection.</summary>
    private static bool IsUnanswered(Exception exception) => exception is HttpRequestException or IOException or SocketException;

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
