using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Xunit.Abstractions;

namespace Backchannel.Native.Tests.EndToEnd.Hostile;

/// <summary>Whatever comes in, a bus answers with HTTP or closes the connection, and goes on serving.</summary>
[Collection(Soak.Name)]
public sealed class MutatedRequestTests(ITestOutputHelper output)
{
    private const int Connections = 96;

    /// <summary>Requests between two fresh sets of things to name.</summary>
    private const int RequestsPerWorld = 500;

    /// <summary>Requests before a cut answer that are sent again: answers lag behind when an earlier request held several.</summary>
    private const int SentAgain = 10;

    private const string SeedVariable = "BACKCHANNEL_TEST_SEED";

    // A request that was cut or that promises more than it brings gets no answer before its time is up; this is when we stop waiting.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(250);

    // Long enough for any answer of a busy bus, when an answer that was cut is asked for again.
    private static readonly TimeSpan LongQuiet = TimeSpan.FromSeconds(2);

    private static readonly HashSet<int> Known =
        [200, 201, 204, 302, 400, 401, 403, 404, 405, 408, 409, 410, 411, 413, 414, 417, 422, 429, 431, 503, 505];

    private readonly ConcurrentQueue<string> failures = new();
    private readonly ConcurrentDictionary<string, int> outcomes = new();
    private int next;

    [Fact]
    [Trait(Soak.Name, Soak.Value)]
    public async Task Mutated_requests_are_answered_or_refused_and_leave_the_bus_as_it_was()
    {
        var total = Soak.Times(100_000, 500_000);
        var seed = Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : Soak.Seed(output);
        var clock = Stopwatch.StartNew();
        await using var bus = await HostedBus.StartAsync(
            ("BACKCHANNEL_ADMIN_TOKEN", HostileRequest.AdminToken), ("BACKCHANNEL_LONGPOLL_MAX_WAIT_SECONDS", "1"));

        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => AttackAsync(bus, seed, total)));

        await HostileWorld.CreateAsync(bus.Http);
        var metrics = await bus.Http.GetStringAsync("/metrics");
        var peak = bus.PeakMemory;
        output.WriteLine($"seed {seed}: {total:N0} requests in {clock.Elapsed.TotalSeconds:0} s, peak memory {peak} MiB; "
            + string.Join(", ", outcomes.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}: {entry.Value}")));
        Assert.True(failures.IsEmpty, $"{SeedVariable}={seed}, {failures.Count} failures:\n{string.Join('\n', failures.Take(10))}");
        Assert.DoesNotContain("status=\"500\"", metrics, StringComparison.Ordinal);
        Assert.InRange(peak, 1, 512);
        Assert.InRange(outcomes.Where(entry => char.IsDigit(entry.Key[0])).Sum(entry => entry.Value), total / 2, int.MaxValue);
        await bus.StopAndInspectAsync();
    }

    private async Task AttackAsync(HostedBus bus, int seed, int total)
    {
        RawConnection? connection = null;
        HostileWorld? world = null;
        var sent = new List<byte[]>();
        var used = 0;
        int number;
        while ((number = Interlocked.Increment(ref next)) <= total && failures.Count < 10)
        {
            world = world is null || used++ % RequestsPerWorld == 0 ? await HostileWorld.CreateAsync(bus.Http) : world;
            var request = RequestMutator.Next(new Random(unchecked((seed * 397) ^ number)), world);
            try
            {
                // Answers to HEAD look like others but have no body: they need a connection to themselves.
                var isHead = request.AsSpan().StartsWith("HEAD "u8);
                if (isHead)
                {
                    connection?.Dispose();
                    connection = null;
                }

                if (connection is null)
                {
                    connection = await RawConnection.ConnectAsync(bus.EndPoint, CancellationToken.None).Within();
                    sent.Clear();
                }

                sent.Add(request);
                if (!await SendAsync(connection, request, isHead))
                {
                    connection.Dispose();
                    connection = null;
                }
            }
            catch (CutAnswerException cut)
            {
                connection?.Dispose();
                connection = null;
                if (await IsLegitimateAsync(bus, [.. sent.TakeLast(SentAgain)]))
                {
                    Count("cut");
                }
                else
                {
                    failures.Enqueue($"request {number}: {cut.Message}\n  {string.Join("\n  ", sent.TakeLast(SentAgain).Select(static bytes => Printable.Of(bytes)))}");
                }
            }
            catch (Exception problem) when (problem is FormatException or OperationCanceledException or JsonException)
            {
                failures.Enqueue($"request {number}: {problem.GetType().Name} {problem.Message}\n  {Printable.Of(request)}");
                connection?.Dispose();
                connection = null;
            }
        }

        connection?.Dispose();
    }

    /// <returns>Whether the connection can be used again.</returns>
    private async Task<bool> SendAsync(RawConnection connection, byte[] request, bool isHead)
    {
        using var deadline = new CancellationTokenSource(Deadline.Time);
        try
        {
            await connection.SendAsync(request, deadline.Token);
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Closed already; an answer may lie there.
        }

        var isReusable = !isHead;
        try
        {
            using var quiet = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
            quiet.CancelAfter(Quiet);
            do
            {
                if (await connection.ReadAsync(isHead, quiet.Token) is not { } answer)
                {
                    Count("closed");
                    return false;
                }

                Check(answer);
                isReusable &= !answer.EndsConnection;
            }
            while (connection.HasMore && !isHead);
            return isReusable;
        }
        catch (OperationCanceledException) when (!deadline.IsCancellationRequested)
        {
            // It waits for the rest of the request. Told that none will come, it has to let go.
            Count("incomplete");
            connection.EndSending();
            while (!isHead && await connection.ReadAsync(isHead, deadline.Token) is { } answer)
            {
                Check(answer);
            }

            return false;
        }
    }

    /// <summary>Whether these requests end their connection, with whole answers to a client that sends nothing more until it has read them.</summary>
    /// <remarks>
    /// An answer may be cut only for this reason: an earlier request holds another one whose long answer is on its way, and something after
    /// it that the bus refuses and closes the connection for. What is sent after that finds a closed socket, and the system then drops the
    /// part of the answer that it has not yet delivered.
    /// </remarks>
    private async Task<bool> IsLegitimateAsync(HostedBus bus, IReadOnlyList<byte[]> requests)
    {
        if (requests.Count < 2)
        {
            return false;
        }

        using var connection = await RawConnection.ConnectAsync(bus.EndPoint, CancellationToken.None).Within();
        foreach (var request in requests)
        {
            await connection.SendAsync(request, CancellationToken.None).Within();
            try
            {
                while (true)
                {
                    using var quiet = new CancellationTokenSource(LongQuiet);
                    if (await connection.ReadAsync(isHead: false, quiet.Token) is not { } answer)
                    {
                        return true;
                    }

                    Check(answer);
                }
            }
            catch (OperationCanceledException)
            {
                // No further answer: the next request.
            }
            catch (FormatException)
            {
                return false;
            }
        }

        return false;
    }

    private void Check(RawAnswer answer)
    {
        Count(answer.Status.ToString(CultureInfo.InvariantCulture));
        var code = "";
        if (answer.Body.Length > 0 && answer.Headers.TryGetValue("Content-Type", out var type) && type.StartsWith("application/json", StringComparison.Ordinal))
        {
            using var document = JsonDocument.Parse(answer.Body);
            code = document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("error", out var error) ? error.GetString() : "";
        }

        if (!Known.Contains(answer.Status) || (answer.Status == 503 && code != "channel_paused"))
        {
            throw new FormatException($"{answer.Status} {answer.Text}");
        }
    }

    private void Count(string outcome) => outcomes.AddOrUpdate(outcome, 1, static (_, count) => count + 1);
}
