using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Waiting;

/// <summary>Those that wait for a task, in the order in which they came. Each task that becomes open calls one of them.</summary>
/// <remarks>
/// A claimer that is called leaves the line, and its claim runs as the next write. If it finds nothing, because somebody else was quicker, it
/// returns to its place in that same write; so a task that opens later calls it again, and none is overlooked. A claimer that was called for a
/// channel and takes no task of it passes the call on to the next in line, unless the channel has none left.
/// </remarks>
/// <param name="told">Takes the number of a channel when somebody begins or ends waiting there. It runs under the queue's lock, so it must not use the queue.</param>
internal sealed class ClaimQueue(TimeProvider timeProvider, Action<long>? told = null)
{
    /// <summary>How long a claimer keeps its place between two requests.</summary>
    public static readonly TimeSpan Keeping = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly ClaimLines standing = new();
    private readonly ClaimLines present = new();
    private readonly LinkedList<ClaimPlace> left = [];
    private readonly ChangesElsewhere elsewhere = new();
    private long lastOrder;
    private bool isForgetting;

    /// <summary>A place for a claimer that found nothing: the one that it left a moment ago, or the last one.</summary>
    /// <param name="channels">In ascending order.</param>
    /// <param name="digest">See <see cref="CallRepeats"/>.</param>
    public ClaimPlace Enter((string KeyId, string Session) claimer, string actor, IReadOnlyList<long> channels, KeyDigest? digest = null)
    {
        lock (gate)
        {
            Forget();
            var earlier = left.FirstOrDefault(place => place.IsOf(claimer, channels));
            if (earlier is not null)
            {
                left.Remove(earlier);
                present.Remove(earlier);
            }

            var place = new ClaimPlace(claimer, actor, channels, earlier?.Order ?? ++lastOrder, earlier?.Since ?? Instant.Now(timeProvider), digest);
            present.Add(place);
            if (earlier is null)
            {
                Tell(place);
            }

            return place;
        }
    }

    /// <summary>Puts a claimer into the line.</summary>
    /// <param name="call">See <see cref="ClaimPlace.Call"/>; runs at most once, on the writer's thread.</param>
    /// <returns>False when its request has ended meanwhile.</returns>
    public bool LineUp(ClaimPlace place, Action<long?> call)
    {
        lock (gate)
        {
            if (place.IsLeft)
            {
                return false;
            }

            place.Call = call;
            standing.Add(place);
            return true;
        }
    }

    /// <summary>Ends the waiting of a claimer.</summary>
    /// <param name="keepsPlace">Whether its next request may take the place over.</param>
    /// <returns>False when it does not stand in the line: it was called, and its claim is under way.</returns>
    public bool Leave(ClaimPlace place, bool keepsPlace)
    {
        lock (gate)
        {
            if (place.IsLeft)
            {
                // It got a task after all.
                if (!keepsPlace && left.Remove(place))
                {
                    Remove(place);
                }

                return false;
            }

            place.IsLeft = true;
            if (keepsPlace)
            {
                place.LeftAt = timeProvider.GetTimestamp();
                left.AddLast(place);
                if (!isForgetting)
                {
                    isForgetting = true;
                    _ = ForgetInTimeAsync();
                }
            }
            else
            {
                Remove(place);
            }

            return standing.Remove(place);
        }
    }

    /// <summary>A number that grows with each change of these channels by another process.</summary>
    public long Mark(IReadOnlyList<long> channels) => elsewhere.Mark(channels);

    /// <summary>Notes a change by another process, for <see cref="Mark"/>, and calls those that it concerns.</summary>
    public void NoticeElsewhere(Change change)
    {
        elsewhere.Note(change);
        Notice(change);
    }

    /// <summary>Calls those that a change concerns.</summary>
    public void Notice(Change change)
    {
        switch (change.Kind)
        {
            case ChangeKind.ChannelWork:
                CallNext(change.Number);
                break;
            case ChangeKind.ChannelRules or ChangeKind.ChannelDeletion:
                CallThem(() => standing.On(change.Number));
                break;
            case ChangeKind.Everything:
                CallThem(() => standing.All);
                break;
        }
    }

    /// <summary>Calls the one that has waited longest for a task of a channel.</summary>
    public void CallNext(long channel)
    {
        Action<long?>? call = null;
        lock (gate)
        {
            if (standing.First(channel) is { } first)
            {
                call = first.Call;
                standing.Remove(first);
            }
        }

        call?.Invoke(channel);
    }

    /// <summary>The claimers that wait on a channel or keep their place there, the longest first.</summary>
    public IReadOnlyList<ClaimPlace> WaitingOn(long channel)
    {
        lock (gate)
        {
            Forget();
            return [.. present.On(channel)];
        }
    }

    /// <summary>How many they are.</summary>
    public int CountWaitingOn(long channel)
    {
        lock (gate)
        {
            Forget();
            return present.On(channel).Count;
        }
    }

    /// <summary>Calls those that repeat a claim which has just got a task: it is theirs too.</summary>
    /// <param name="channel">Of the task.</param>
    /// <param name="digest">Of the key that they have in common.</param>
    public void CallRepeats(long channel, KeyDigest digest) => CallThem(() => standing.On(channel).Where(place => place.Digest == digest));

    /// <summary>Ends the waiting of those that repeat a claim. Whoever asks only for what it has got does not wait any more, and its connection may still look alive.</summary>
    /// <param name="digest">Of the key that they have in common.</param>
    public void EndRepeats(KeyDigest digest) => CallThem(() =>
    {
        foreach (var place in present.All.Where(place => place.Digest == digest))
        {
            place.IsOver = true;
        }

        return standing.All.Where(static place => place.IsOver);
    });

    /// <param name="find">Those to call; runs under the lock.</param>
    private void CallThem(Func<IEnumerable<ClaimPlace>> find)
    {
        List<Action<long?>> calls;
        lock (gate)
        {
            var called = find().ToList();
            calls = [.. called.Select(static place => place.Call!)];
            called.ForEach(place => standing.Remove(place));
        }

        foreach (var call in calls)
        {
            call(null);
        }
    }

    private void Forget()
    {
        while (left.First is { Value: var oldest } && timeProvider.GetElapsedTime(oldest.LeftAt) >= Keeping)
        {
            left.RemoveFirst();
            Remove(oldest);
        }
    }

    /// <summary>Who does not come back is gone for those who look on, too, although no request comes that would find out.</summary>
    private async Task ForgetInTimeAsync()
    {
        while (true)
        {
            TimeSpan rest;
            lock (gate)
            {
                Forget();
                if (left.First is not { Value: var oldest })
                {
                    isForgetting = false;
                    return;
                }

                rest = Keeping - timeProvider.GetElapsedTime(oldest.LeftAt);
            }

            await Task.Delay(rest, timeProvider).ConfigureAwait(false);
        }
    }

    private void Remove(ClaimPlace place)
    {
        present.Remove(place);
        Tell(place);
    }

    private void Tell(ClaimPlace place)
    {
        foreach (var channel in place.Channels)
        {
            told?.Invoke(channel);
        }
    }
}
