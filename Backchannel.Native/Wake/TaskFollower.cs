using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Tools;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Wake;

/// <summary>Asks the bus, in one request that it holds, what becomes of the tasks that a session is interested in.</summary>
internal sealed class TaskFollower(BackchannelClient client, Lanes lanes, MessageFinder finder, SessionInterest interest, TimeProvider time)
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(25);

    /// <summary>Between requests that a worker's notes keep ending.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Where the bus cannot wait for many tasks and each is looked at in turn.</summary>
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(5);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var (ids, changed) = interest.Watched();
            if (ids.Count == 0)
            {
                await changed.WaitAsync(cancellationToken);
            }
            else
            {
                await FollowAsync(ids, changed, cancellationToken);
            }
        }
    }

    /// <summary>Returns when the session is interested in others.</summary>
    private async Task FollowAsync(IReadOnlyList<string> ids, Task changed, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var following = RepeatAsync(ids, ending.Token);
        await Task.WhenAny(following, changed);
        await ending.CancelAsync();
        await ((Task)following).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        if (following.IsFaulted)
        {
            await following;
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
                await Task.Delay(waits || time.GetElapsedTime(started) > LongPause ? Pause : LongPause, time, cancellationToken);
            }
            catch (BackchannelException)
            {
                await retries.PauseAsync(cancellationToken);
            }
            catch (ToolException)
            {
                // A bus of another make cannot find a task by its id alone, and this process has not seen where it lies.
                await retries.PauseAsync(cancellationToken);
            }
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
        interest.SeeOffered(task.Id, isOpen: task.Word == TaskStates.Open && task.Seen is not null, isOver || task.Word == TaskStates.Claimed);
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
}
