using Backchannel.Native.Wire;

namespace Backchannel.Native.Client;

/// <summary>What the channel names of this process mean: one lane per name, created once, remembered until it is gone.</summary>
/// <remarks>
/// The bus makes a new channel at every create, and a name means the newest. So: look the name up; only a 404 creates, under a
/// lock file beside the key that all processes of this machine share; then look up again and use what the name now means.
/// </remarks>
internal sealed class Lanes
{
    /// <summary>The channel that a name, alias or id means; never creates.</summary>
    /// <exception cref="BackchannelException"><c>channel_not_found</c> and others of the bus.</exception>
    public Task<Channel> FindAsync(BackchannelClient client, string channel, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>The channel that a name, alias or id means; a name that means nothing yet becomes a new channel.</summary>
    /// <param name="mode">One of <see cref="ChannelMode"/>, for a new channel; an existing one is returned whatever its mode.</param>
    public Task<Channel> FindOrCreateAsync(
        BackchannelClient client, string channel, string mode, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Forgets what a name meant, after the bus answered that the channel is gone.</summary>
    public void Forget(string channel) => throw new NotImplementedException();
}
