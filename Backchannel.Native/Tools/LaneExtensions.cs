using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Using a channel by its name: found or made, and found again if it was deleted since.</summary>
internal static class LaneExtensions
{
    /// <param name="newMode">One of <see cref="ChannelMode"/>, for a channel that does not exist yet; null: it has to exist.</param>
    /// <param name="use">Runs a second time when the remembered channel turns out to be gone.</param>
    public static async Task<T> OnAsync<T>(
        this Lanes lanes,
        BackchannelClient bus,
        string channel,
        string? newMode,
        Func<Lane, Task<T>> use,
        CancellationToken cancellationToken)
    {
        var found = await FindAsync();
        try
        {
            return await use(await lanes.UseAsync(bus, found, cancellationToken));
        }
        catch (BackchannelException exception) when (exception.Code == ErrorCodes.ChannelNotFound)
        {
            lanes.Forget(found.Id);
        }

        return await use(await lanes.UseAsync(bus, await FindAsync(), cancellationToken));

        Task<Channel> FindAsync() => newMode is null
            ? lanes.FindAsync(bus, channel, cancellationToken)
            : lanes.FindOrCreateAsync(bus, channel, newMode, cancellationToken);
    }

    /// <summary>Label of the owner, when that is somebody else.</summary>
    public static string? ForeignOwner(this Lane lane) =>
        lane.OwnedByUs ? null : ShownText.Name(lane.Channel.OwnerId) ?? "?";
}
