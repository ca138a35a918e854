using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Backchannel.Native.Wake;

/// <summary>What a host runs at the end of a turn, or for as long as a session is open: it says what is new in the host's own form.</summary>
/// <remarks>It asks no bus. The server of the session follows the bus and writes down what is new; without a living server there is nothing to say.</remarks>
internal sealed class Hook(HookOptions options, TimeProvider time)
{
    /// <summary>Claude Code wakes its session with what a hook wrote on standard error if it ends so.</summary>
    private const int Wakes = 2;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>Looks between which it is made sure that a server lives, and all is read anew.</summary>
    private const int LooksPerRound = 10;

    private readonly SessionNews news = new(options.Folder, options.Host, options.ProcessId, options.Environment, time) { IsOfPlugin = options.Moment == HookMoment.Session };

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        // An agent that a runner started has its task to do.
        if (InheritedVariable.IsOfRunner(options.Environment, options.ProcessId))
        {
            return 0;
        }

        if (options.Moment == HookMoment.Session)
        {
            await FollowSessionAsync(cancellationToken);
            return 0;
        }

        if (!news.Find())
        {
            return 0;
        }

        var input = options.Input is { } stream ? await HookInput.ReadAsync(stream, time) : new(null, null);
        if (input.IsOfUser)
        {
            await news.NoteInputAsync(cancellationToken);
        }

        if (options.Moment == HookMoment.Input || input.IsPromptEvent)
        {
            return 0;
        }

        if (options.Host == WakeHosts.ClaudeCode)
        {
            return await WakeClaudeAsync(cancellationToken);
        }

        await BlockAsync(cancellationToken);
        return 0;
    }

    /// <summary>At the end of a turn: the host goes on with what is said. It says nothing where nothing is new, so that the turn ends.</summary>
    private async Task BlockAsync(CancellationToken cancellationToken)
    {
        var order = await news.TakeAsync(onlyChanged: false, cancellationToken);
        if (order.Events.Count > 0)
        {
            await SayAsync(options.Output, Decision(WakeSentence.Write(order.Events, isLast: order.IsLast)), order, cancellationToken);
        }
    }

    private async Task<int> WakeClaudeAsync(CancellationToken cancellationToken)
    {
        // A headless run does not end before its hooks have.
        var order = news.IsHeadless
            ? await news.TakeAsync(onlyChanged: false, cancellationToken)
            : await WaitAsync(cancellationToken);
        if (order.Events.Count == 0)
        {
            return 0;
        }

        await SayAsync(options.Error, WakeSentence.Write(order.Events, isLast: order.IsLast), order, cancellationToken);
        return Wakes;
    }

    /// <summary>Waits for something new. Each turn's end starts a hook, so only the first one of a session stays.</summary>
    private async Task<WakeOrder> WaitAsync(CancellationToken cancellationToken)
    {
        using var held = await new Waiter(WakeFolder.WaiterPath(news.Servers[0].Path), time).EnterAsync(cancellationToken);
        for (var look = 0; held is not null; look++)
        {
            var isRound = look % LooksPerRound == 0;
            if (isRound && !news.Find())
            {
                break;
            }

            if (await news.TakeAsync(onlyChanged: !isRound, cancellationToken) is { Events.Count: > 0 } order)
            {
                return order;
            }

            await Task.Delay(Look, time, cancellationToken);
        }

        return WakeOrder.None;
    }

    /// <summary>A line for each wake, until the input ends. The server may come later, or anew.</summary>
    private async Task FollowSessionAsync(CancellationToken cancellationToken)
    {
        // Never disposed: the reading thread may end later than this.
        var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var typed = 0;
        var reading = Task.Run(
            async () =>
            {
                // One read counts as one input of the user. The pause keeps a writer without end from taking the processor.
                var buffer = new byte[64 * 1024];
                while (options.Input?.Read(buffer) is > 0)
                {
                    Interlocked.Exchange(ref typed, 1);
                    await Task.Delay(Look, time, ended.Token);
                }

                await ended.CancelAsync();
            },
            CancellationToken.None);
        var pauses = new Backoff(time);
        try
        {
            for (var look = 0; ; look++)
            {
                WakeOrder order;
                try
                {
                    order = await LookAsync(isRound: look % LooksPerRound == 0);
                    pauses.Reset();
                }
                catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
                {
                    // A full disk, for example: nobody would start another hook for this session.
                    look = -1;
                    await pauses.PauseAsync(ended.Token);
                    continue;
                }

                if (order.Events.Count > 0)
                {
                    await SayAsync(options.Output, WakeSentence.Write(order.Events, isLast: order.IsLast), order, ended.Token);
                }

                await Task.Delay(Look, time, ended.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }

        async Task<WakeOrder> LookAsync(bool isRound)
        {
            if (isRound)
            {
                news.Find();
            }

            if (Volatile.Read(ref typed) > 0)
            {
                await news.NoteInputAsync(ended.Token);
                Volatile.Write(ref typed, 0);
            }

            return news.IsHeadless ? WakeOrder.None : await news.TakeAsync(onlyChanged: !isRound, ended.Token);
        }
    }

    /// <exception cref="IOException">Nobody reads there. What was to be said is left to the next hook, or to the server.</exception>
    private async Task SayAsync(TextWriter writer, string text, WakeOrder order, CancellationToken cancellationToken)
    {
        try
        {
            await writer.WriteLineAsync(text);
            await writer.FlushAsync(cancellationToken);
        }
        catch (IOException)
        {
            await news.GiveBackAsync(order, cancellationToken);
            throw;
        }
    }

    private static string Decision(string reason)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("decision", "block");
            json.WriteString("reason", reason);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
