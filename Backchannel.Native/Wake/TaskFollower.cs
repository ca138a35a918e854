using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Tools;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Wake;

/// <summary>Asks the bus, in requests that it holds, what becomes of the tasks that a session is interested in.</summary>
internal sealed class TaskFollower(BackchannelClient client, Lanes lanes, MessageFinder finder, SessionInterest interest, TimeProvider time)
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(25);

    /// <summary>Between requests that a worker's notes keep ending.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Where the bus cannot wait for many tasks and each is looked at in turn.</summary>
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(5);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        List<Part> parts = [];
        try
        {
            while (true)
            {
                var (wanted, changed) = interest.Watched();
                foreach (var part in parts.FindAll(part => !wanted.Any(part.Ids.SequenceEqual)))
                {
                    parts.Remove(part);
                    await part.EndAsync();
                }

                var begun = wanted.Where(ids => !parts.Exists(part => part.Ids.SequenceEqual(ids)));
                parts.AddRange(begun.Select(ids => new Part(ids, ending => RepeatAsync(ids, ending), cancellationToken)).ToList());
                await await Task.WhenAny([changed, .. parts.Select(static part => part.Following)]).WaitAsync(cancellationToken);
            }
        }
        finally
        {
            await Task.WhenAll(parts.Select(static part => part.EndAsync()));
        }
    }

    private async Task RepeatAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var tasks = new AwaitedTasks(client, ids, null, lanes, finder);
        var retries = new Backoff(time);
        while (true)
        {
            try
            {
                var started = time.GetTimestamp();
                await tasks.LookAsync(Wait, cancellationToken);
                foreach (var task in tasks.All)
                {
                    See(task);
                }

                retries.Reset();
                var waits = await client.Connection.Additions.OfferAsync(Additions.TaskWait, cancellationToken);
                await Task.Delay(waits || time.GetElapsedTime(started) > LongPause ? Pause : LongPause * Math.Max(1, interest.Watched().Parts.Count), time, cancellationToken);
            }
            catch (Exception fault) when (fault is BackchannelException or ToolException)
            {
                if (MayBeOfOneTask(fault))
                {
                    await LookSinglyAsync(ids, cancellationToken);
                }

                await retries.PauseAsync(cancellationToken);
            }
        }
    }

    /// <summary>Whether the request was refused for what it asks, so that one for other tasks may be answered.</summary>
    /// <remarks>Of the tools: a bus of another make cannot find a task by its id alone, and this process has not seen where it lies.</remarks>
    private static bool MayBeOfOneTask(Exception fault) =>
        fault is ToolException or BackchannelException { Status: >= 400 and < 500 and not (401 or 408 or 429) };

    /// <summary>Looks at each task by itself, so that one which the bus refuses does not silence the others.</summary>
    private async Task LookSinglyAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        List<string> refused = [];
        try
        {
            foreach (var id in ids)
            {
                if (await IsRefusedAsync(id, cancellationToken))
                {
                    refused.Add(id);
                }

                await Task.Delay(Pause, time, cancellationToken);
            }
        }
        catch (BackchannelException)
        {
            // The bus is gone, or has enough of this key for now.
        }
        finally
        {
            // At once: each change of what is watched begins all this anew.
            refused.ForEach(interest.Drop);
        }
    }

    /// <summary>Looks at one task.</summary>
    /// <returns>Whether that cannot be the id of a task on this bus.</returns>
    /// <exception cref="BackchannelException">The others will fare no better.</exception>
    private async Task<bool> IsRefusedAsync(string id, CancellationToken cancellationToken)
    {
        var tasks = new AwaitedTasks(client, [id], null, lanes, finder);
        try
        {
            await tasks.LookAsync(TimeSpan.Zero, cancellationToken);
            See(tasks.All[0]);
            return false;
        }
        catch (Exception fault) when (MayBeOfOneTask(fault))
        {
            return fault is BackchannelException { Status: 400 or 422 };
        }
    }

    private void See(AwaitedTask task)
    {
        if (task.Gone is ErrorCodes.MessageNotFound or ErrorCodes.ChannelNotClaimable)
        {
            interest.Drop(task.Id);
            return;
        }

        var isOver = task.IsOver;
        if (task.IsKnown)
        {
            interest.SeeOffered(task.Id, task.Word, isOver, task.Seen?.Deliveries);
        }

        if (!interest.Awaited.Contains(task.Id))
        {
            return;
        }

        if (isOver)
        {
            interest.Raise(WakeEvent.Over(task.Id, task.Seen?.Version));
        }
        else if (ShownNote.OpenQuestion(task.Seen?.Task) is { } question)
        {
            interest.Raise(WakeEvent.Question(task.Id, question.Id));
        }
    }

    /// <summary>Tasks that one request asks for.</summary>
    private sealed class Part
    {
        private readonly CancellationTokenSource ending;

        public Part(string[] ids, Func<CancellationToken, Task> follow, CancellationToken cancellationToken)
        {
            ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Ids = ids;
            Following = follow(ending.Token);
        }

        public string[] Ids { get; }

        public Task Following { get; }

        public async Task EndAsync()
        {
            await ending.CancelAsync();
            await Following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ending.Dispose();
        }
    }
}
