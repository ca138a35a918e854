using System.Text.Json;
using Backchannel.Native.Client;
using Backchannel.Native.Files;
using Backchannel.Native.Tools;

namespace Backchannel.Native.Wake;

/// <summary>Follows what a session waits for, writes down what it has to be told, and tells it where the host lets a child do that.</summary>
/// <remarks>Nothing runs before the client has introduced itself.</remarks>
internal sealed class WakeSession : IAsyncDisposable
{
    private readonly WakeOptions options;
    private readonly TimeProvider time;
    private readonly SessionInterest interest;
    private readonly CallReading reading;
    private readonly WakeWays ways;
    private readonly WakeSending sending;
    private readonly Func<CancellationToken, IEnumerable<Task>> follow;
    private readonly CancellationTokenSource ending = new();
    private readonly Lock gate = new();
    private Task? running;

    public WakeSession(WakeOptions options, BackchannelClient client, Lanes lanes, MessageFinder finder, TimeProvider time)
    {
        this.options = options;
        this.time = time;
        interest = new(time);
        reading = new(interest, options.Lanes, AwaitedOfAll);
        ways = new(options, time);
        sending = new(options, interest, ways, time);
        follow = cancellationToken =>
        [
            new TaskFollower(client, lanes, finder, interest, time).RunAsync(cancellationToken),
            .. options.Lanes.Select(lane => new LaneFollower(lane, client, lanes, interest, options.Warn, time).RunAsync(cancellationToken)),
        ];
    }

    /// <summary>The client has introduced itself: from now on its session is followed.</summary>
    public void Meet(string? client)
    {
        lock (gate)
        {
            ways.Host ??= WakeHosts.Of(client);
            if (running is null && !ending.IsCancellationRequested)
            {
                running = Task.Run(() => RunAsync(ending.Token), CancellationToken.None);
            }
        }
    }

    /// <summary>Hears of a call before it runs.</summary>
    /// <returns>Hears of its end.</returns>
    public Action<ReadOnlyMemory<byte>> Watch(string tool, JsonElement arguments, string? threadId)
    {
        ways.Hear(threadId);
        sending.BeginCall();
        var end = reading.Begin(tool, arguments);
        return result =>
        {
            sending.EndCall();
            end(result);
        };
    }

    public async ValueTask DisposeAsync()
    {
        Task? last;
        lock (gate)
        {
            ending.Cancel();
            last = running;
        }

        if (last is not null)
        {
            await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        ending.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (Place() is not { } place)
            {
                return;
            }

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            List<Task> parts = [TellAsync(place, stop.Token), .. follow(stop.Token)];
            await Task.WhenAny(parts);
            await stop.CancelAsync();
            await Task.WhenAll(parts);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        catch (Exception fault) when (fault is BackchannelException or IOException or UnauthorizedAccessException)
        {
            options.Warn($"this session is not woken: {fault.Message}");
        }
    }

    /// <returns>Null: the session cannot be told from others.</returns>
    private string? Place()
    {
        if (ProcessIdentity.Read(options.ProcessId) is not var (self, _) || ProcessIdentity.AncestorsOf(options.ProcessId).FirstOrDefault() is not { } parent)
        {
            options.Warn("this session is not woken: this system does not say which process started the server.");
            return null;
        }

        return WakeFolder.StatePath(options.Folder, parent, self);
    }

    /// <summary>A full disk, or a folder that is gone or not ours, is a pause and no end.</summary>
    private async Task TellAsync(string place, CancellationToken cancellationToken)
    {
        var pauses = new Backoff(time);
        var last = "";
        try
        {
            while (true)
            {
                try
                {
                    WakeFolder.Prepare(options.Folder);
                    await TellAsync(place, pauses.Reset, cancellationToken);
                }
                catch (Exception fault) when (fault is BackchannelException or IOException or UnauthorizedAccessException)
                {
                    if (fault.Message != last)
                    {
                        options.Warn($"this session is not woken for now: {fault.Message}");
                        last = fault.Message;
                    }

                    await pauses.PauseAsync(cancellationToken);
                }
            }
        }
        finally
        {
            WakeFolder.Remove(place);
        }
    }

    /// <param name="written">Called when what the session waits for could be written down.</param>
    private async Task TellAsync(string place, Action written, CancellationToken cancellationToken)
    {
        var told = new ToldEvents(WakeFolder.ToldPath(place), time);
        var waiter = new Waiter(WakeFolder.WaiterPath(place), time);
        string? text = null;
        while (true)
        {
            WakeFolder.Check(options.Folder);
            var changed = interest.Changed;
            var (events, due) = interest.Tellable();
            text = Write(place, text, events);
            written();
            if (events.Count > 0)
            {
                due = await sending.ShareAsync(told, waiter, events, cancellationToken);
            }

            await Task.WhenAny(changed, Task.Delay(due ?? Timeout.InfiniteTimeSpan, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>What all sessions of this user wait for.</summary>
    private List<string> AwaitedOfAll()
    {
        try
        {
            return [.. WakeFolder.States(options.Folder).SelectMany(static session => session.Awaits)];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private string Write(string place, string? written, IReadOnlyList<WakeEvent> events)
    {
        var text = new WakeState(ways.Host, options.Bus, ways.Find()?.Name, interest.Awaited, options.Lanes, events, sending.Tries).ToText();
        if (text != written || !PlainFile.IsThere(place))
        {
            // Not flushed to the disk: after a crash of the machine no server lives whose file this is.
            PrivateFiles.Replace(place, text, isDurable: false);
        }

        return text;
    }
}
