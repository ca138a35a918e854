using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http;
using System.Net.Sockets;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.EndToEnd.Serving;

/// <summary>SIGTERM: a bus answers what it has in hand, wakes who waits, closes its database, and is gone in time.</summary>
[Collection(Soak.Name)]
public sealed class GracefulStopTests
{
    private const int Posters = 16;
    private const int Waiters = 100;

    /// <summary>Five seconds are promised for the requests in hand; the rest is for a busy machine.</summary>
    private static readonly TimeSpan StopBound = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Under_load_every_2xx_is_kept_and_nothing_unanswered_is_lost()
    {
        using var folder = new TemporaryFolder();
        await using var bus = await ServedBus.StartAsync(folder.File("bus.db"));
        var minted = await BusCaller.MintAsync(bus.Http, "load");
        var channel = await minted.CreateAsync("lane");
        var posted = new ConcurrentBag<string>();
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var posting = Enumerable.Range(0, Posters).Select(PostUntilTheEndAsync).ToList();
        await enough.Task.Within();

        var watch = Stopwatch.StartNew();
        var exitCode = await bus.StopAsync();
        var took = watch.Elapsed;
        await Task.WhenAll(posting);

        Assert.Equal(0, exitCode);
        Assert.InRange(took, TimeSpan.Zero, StopBound);
        AssertClosed(bus.DatabasePath);
        Assert.Equal("ok", DatabaseFile.CheckIntegrity(bus.DatabasePath));
        var kept = DatabaseFile.QueryTexts(bus.DatabasePath, "SELECT content FROM messages");
        Assert.Empty(posted.Except(kept));

        // A request may cross the end of its connection, and is not taken then; one that was taken is answered.
        Assert.Empty(kept.Except(posted));

        async Task PostUntilTheEndAsync(int poster)
        {
            for (var number = 0; ; number++)
            {
                var content = $"{poster}-{number}";
                try
                {
                    var answer = await minted.SendAsync(
                        "POST", $"/v1/channels/{channel}/messages", $$"""{"content":"{{content}}"}""", Guid.NewGuid().ToString());
                    Assert.Equal(201, answer.Status);
                    posted.Add(content);
                }
                catch (Exception exception) when (exception is HttpRequestException or IOException)
                {
                    return;
                }

                if (posted.Count >= 1_000)
                {
                    enough.TrySetResult();
                }
            }
        }
    }

    [Fact]
    public async Task Who_waits_is_answered_at_once_and_the_bus_is_gone()
    {
        using var folder = new TemporaryFolder();
        await using var bus = await ServedBus.StartAsync(folder.File("bus.db"));
        var caller = await BusCaller.MintAsync(bus.Http, "waiters");
        var channel = await caller.CreateAsync("lane");
        var message = await caller.PostAsync(channel, "one");
        var listings = Enumerable.Range(0, Waiters / 2).Select(_ => TryAsync($"/v1/channels/{channel}/messages?status=claimed&wait=25"));
        var watches = Enumerable.Range(0, Waiters / 2).Select(_ => TryAsync($"/v1/messages/{message}?after=0&wait=25"));
        var waiting = listings.Concat(watches).ToList();
        await caller.SendAsync("GET", "/health");

        var watch = Stopwatch.StartNew();
        var exitCode = await bus.StopAsync();
        var answers = await Task.WhenAll(waiting);

        Assert.Equal(0, exitCode);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, StopBound);
        AssertClosed(bus.DatabasePath);

        // On a busy machine some may not have been connected yet.
        Assert.InRange(answers.Count(status => status == 200), Waiters / 2, Waiters);
        Assert.DoesNotContain(answers, status => status is not (200 or null));

        async Task<int?> TryAsync(string path)
        {
            try
            {
                return (await caller.SendAsync("GET", path)).Status;
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                return null;
            }
        }
    }

    [Fact]
    public async Task A_request_that_never_ends_does_not_hold_the_bus()
    {
        using var folder = new TemporaryFolder();
        await using var bus = await ServedBus.StartAsync(folder.File("bus.db"));
        using var slow = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await slow.ConnectAsync("127.0.0.1", bus.Http.BaseAddress!.Port);
        await slow.SendAsync("POST /v1/keys HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"u8.ToArray());
        await slow.ReceiveAsync(new byte["HTTP/1.1 100 Continue".Length], CancellationToken.None).Within();

        var watch = Stopwatch.StartNew();
        var exitCode = await bus.StopAsync();

        Assert.Equal(0, exitCode);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, StopBound);
        AssertClosed(bus.DatabasePath);
    }

    /// <summary>SQLite removes the log when the last connection closes properly, and only then; the lock's file stays.</summary>
    private static void AssertClosed(string database) => Assert.Equal(
        [database, database + "-lock"],
        Directory.GetFiles(Path.GetDirectoryName(database)!, Path.GetFileName(database) + "*").Order(StringComparer.Ordinal));
}
