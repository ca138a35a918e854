using System.Runtime.CompilerServices;
using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>All messages of a channel behind a point in time, page by page, oldest first, each once.</summary>
/// <remarks>
/// A cursor means "strictly later", so a page that ends between two messages of the same microsecond would skip the second one:
/// each page starts one microsecond before the end of the last, and drops what it repeats.
/// </remarks>
internal static class MessagePages
{
    /// <param name="after">A time; null: from the beginning.</param>
    /// <param name="status">One of <see cref="MessageStatus"/>; null: all.</param>
    /// <param name="pageSize">1 to <see cref="Limits.MaxPageSize"/>.</param>
    /// <param name="wait">How long the bus may hold the first page while it is empty.</param>
    public static async IAsyncEnumerable<Message> ReadAsync(
        BackchannelClient bus,
        string channelId,
        string? after,
        string? status,
        int pageSize,
        TimeSpan wait,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        HashSet<string> border = [];
        var mostThatFits = Limits.MaxPageSize;
        while (true)
        {
            var query = new MessageQuery { Cursor = after, Limit = pageSize, Status = status, Wait = wait };
            wait = TimeSpan.Zero;
            if (await ReadPageAsync(bus, channelId, query, cancellationToken) is not { } page)
            {
                pageSize = mostThatFits = pageSize / 2;
                continue;
            }

            var fresh = 0;
            foreach (var message in page.Data)
            {
                if (!border.Contains(message.Id))
                {
                    fresh++;
                    yield return message;
                }
            }

            if (page.Data.Count < Math.Min(pageSize, page.Limit))
            {
                yield break;
            }

            var last = page.Data[^1].CreatedAt;
            if (fresh > 0)
            {
                // A page of one has no room for what it repeats.
                after = pageSize > 1 ? Timestamp.JustBefore(last) ?? last : last;
                border = [.. page.Data.Where(message => message.CreatedAt == last).Select(message => message.Id)];
            }
            else if (pageSize < mostThatFits)
            {
                pageSize = mostThatFits;
            }
            else
            {
                // A whole page of one microsecond: no cursor of the contract can point into it.
                after = last;
            }
        }
    }

    /// <returns>Null: the page is longer than the longest answer that is read; ask for fewer messages.</returns>
    private static async Task<Page<Message>?> ReadPageAsync(
        BackchannelClient bus, string channelId, MessageQuery query, CancellationToken cancellationToken)
    {
        try
        {
            return await bus.ListMessagesAsync(channelId, query, cancellationToken);
        }
        catch (BackchannelException exception) when (exception.InnerException is AnswerTooLongException && query.Limit > 1)
        {
            return null;
        }
    }
}
