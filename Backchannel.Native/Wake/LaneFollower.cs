using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Wake;

/// <summary>Hears of new work on a lane, or of new messages, in requests that the bus holds. It takes nothing.</summary>
/// <param name="lane">As the settings name it.</param>
/// <param name="warn">Takes one line for people.</param>
internal sealed class LaneFollower(string lane, BackchannelClient client, Lanes lanes, SessionInterest interest, Action<string> warn, TimeProvider time)
{
    private const int PageSize = 100;

    /// <summary>More messages than a model would read of a broadcast channel's past.</summary>
    private const int MostPages = 50;

    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(25);

    /// <summary>Between two pages, and on the local bus for a channel that nobody has made yet: that bus does not limit requests.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>For a bus that does not hold requests, and on a shared bus for a channel that nobody has made yet: a key may make only so many requests a minute there.</summary>
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(3);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var retries = new Backoff(time);
        while (true)
        {
            try
            {
                var channel = await lanes.FindAsync(client, lane, cancellationToken);
                interest.Name(channel.Id, lane);
                retries.Reset();
                await (channel.Mode == ChannelMode.Claimable ? FollowTasksAsync(channel.Id, cancellationToken) : FollowMessagesAsync(channel.Id, cancellationToken));
            }
            catch (BackchannelException exception) when (exception.Code == ErrorCodes.ChannelNotFound)
            {
                lanes.Forget(lane);
                await Task.Delay(client.Connection.IsLocal ? Pause : LongPause, time, cancellationToken);
            }
            catch (BackchannelException exception) when (exception.Code == FaultCodes.UnaddressableName)
            {
                // Another try cannot help. The other lanes are still followed.
                warn($"nothing on '{lane}' wakes this session: {exception.Message}.");
                await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
            }
            catch (BackchannelException)
            {
                await retries.PauseAsync(cancellationToken);
            }
        }
    }

    private async Task FollowTasksAsync(string channel, CancellationToken cancellationToken)
    {
        string? cursor = null;
        while (true)
        {
            var started = time.GetTimestamp();
            var page = await ReadAsync(channel, cursor, MessageStatus.Unclaimed, Wait, cancellationToken);
            foreach (var message in page.Data)
            {
                interest.Offer(message.Id, lane);
            }

            if (page.Data is [.., var last])
            {
                cursor = last.CreatedAt;
                await Task.Delay(Pause, time, cancellationToken);
            }
            else
            {
                // A task that came back, or that waited for a time or for others, lies before the cursor.
                foreach (var message in (await ReadAsync(channel, null, MessageStatus.Unclaimed, TimeSpan.Zero, cancellationToken)).Data)
                {
                    interest.Offer(message.Id, lane);
                }

                await PaceAsync(started, cancellationToken);
            }
        }
    }

    private async Task FollowMessagesAsync(string channel, CancellationToken cancellationToken)
    {
        var cursor = await FindNewestAsync(channel, cancellationToken);
        while (true)
        {
            var started = time.GetTimestamp();
            var page = await ReadAsync(channel, cursor, null, Wait, cancellationToken);
            foreach (var message in page.Data)
            {
                interest.Raise(WakeEvent.Message(message.Id, lane));
            }

            if (page.Data is [.., var last])
            {
                cursor = last.CreatedAt;
                await Task.Delay(Pause, time, cancellationToken);
            }
            else
            {
                await PaceAsync(started, cancellationToken);
            }
        }
    }

    private async Task PaceAsync(long started, CancellationToken cancellationToken)
    {
        if (time.GetElapsedTime(started) < LongPause)
        {
            await Task.Delay(LongPause, time, cancellationToken);
        }
    }

    private async Task<string?> FindNewestAsync(string channel, CancellationToken cancellationToken)
    {
        string? cursor = null;
        for (var count = 0; count < MostPages; count++)
        {
            var page = await ReadAsync(channel, cursor, null, TimeSpan.Zero, cancellationToken);
            cursor = page.Data is [.., var last] ? last.CreatedAt : cursor;
            if (page.Data.Count < PageSize)
            {
                break;
            }
        }

        return cursor;
    }

    private Task<Page<Message>> ReadAsync(string channel, string? cursor, string? status, TimeSpan wait, CancellationToken cancellationToken) =>
        client.ListMessagesAsync(channel, new() { Cursor = cursor, Limit = PageSize, Status = status, Wait = wait }, cancellationToken);
}
