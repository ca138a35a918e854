using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Public channels of other owners that have the name of a channel which was just made.</summary>
/// <remarks>Names are private to a key: a post to the name of another owner's channel creates a channel of one's own.</remarks>
internal static class Namesakes
{
    /// <summary>Only the newest few hundred channels are read: on a large bus more would cost too much for a warning.</summary>
    private const int MostPages = 3;

    /// <returns>Null: none was found.</returns>
    public static async Task<ChannelSummary?> FindAsync(BackchannelClient bus, Channel made, CancellationToken cancellationToken)
    {
        try
        {
            string? cursor = null;
            for (var pages = 0; pages < MostPages; pages++)
            {
                var page = await bus.ListChannelsAsync(Limits.MaxPageSize, cursor, cancellationToken);
                if (page.Data.FirstOrDefault(other => IsNamesake(other, made)) is { } namesake)
                {
                    return namesake;
                }

                if ((cursor = page.NextCursor) is null)
                {
                    break;
                }
            }
        }
        catch (BackchannelException)
        {
            // The message is posted: a warning that cannot be made must not look like a failure.
        }

        return null;
    }

    private static bool IsNamesake(ChannelSummary other, Channel made) =>
        other.Id != made.Id && !other.IsMember && string.Equals(other.Name, made.Name, StringComparison.OrdinalIgnoreCase);
}
