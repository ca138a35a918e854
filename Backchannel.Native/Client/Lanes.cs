using System.Collections.Concurrent;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Client;

/// <summary>What the channel names of this process mean: one lane per name, created once, remembered until it is gone.</summary>
/// <param name="time">The clock for waiting on other processes; null: the system's.</param>
/// <remarks>
/// The bus makes a new channel at every create, and a name means the newest. So: look the name up; only a 404 creates, under a
/// lock file beside the key that all processes of this machine share; then look up again and use what the name now means.
/// </remarks>
internal sealed class Lanes(TimeProvider? time = null) : IDisposable
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(40);

    private readonly ConcurrentDictionary<string, Channel> remembered = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> unused = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim creating = new(1, 1);
    private readonly ForeignChannels foreign = new(time ?? TimeProvider.System);
    private (string? KeyId, string Label)? own;

    /// <summary>The channel that a name, alias or id means; never creates.</summary>
    /// <exception cref="BackchannelException"><c>channel_not_found</c> and others of the bus; <see cref="FaultCodes.UnaddressableName"/>.</exception>
    public async Task<Channel> FindAsync(BackchannelClient client, string channel, CancellationToken cancellationToken)
    {
        var name = ChannelName.Check(channel, client.Connection.ReadsPathsAsUtf8);
        return remembered.TryGetValue(name, out var known)
            ? known
            : Remember(name, await client.GetChannelAsync(name, cancellationToken));
    }

    /// <summary>The channel that a name, alias or id means; a name that means nothing yet becomes a new channel.</summary>
    /// <param name="mode">One of <see cref="ChannelMode"/>, for a new channel; an existing one is returned whatever its mode.</param>
    /// <exception cref="BackchannelException">Of the bus; <see cref="FaultCodes.UnaddressableName"/>.</exception>
    public Task<Channel> FindOrCreateAsync(
        BackchannelClient client, string channel, string mode, CancellationToken cancellationToken) =>
        FindOrCreateAsync(client, new CreateChannelRequest(channel, mode), cancellationToken);

    /// <summary>The channel that the request's name means; a name that means nothing yet becomes the channel that the request describes.</summary>
    /// <exception cref="BackchannelException">Of the bus; <see cref="FaultCodes.UnaddressableName"/>.</exception>
    public async Task<Channel> FindOrCreateAsync(
        BackchannelClient client, CreateChannelRequest request, CancellationToken cancellationToken)
    {
        var name = ChannelName.Check(request.Name, client.Connection.ReadsPathsAsUtf8);
        if (remembered.TryGetValue(name, out var known))
        {
            return known;
        }

        // An id that does not exist is a mistake: a channel with that name would have no workers.
        if (Guid.TryParseExact(name, "D", out _))
        {
            return await FindAsync(client, name, cancellationToken);
        }

        return await LookAsync(client, name, cancellationToken)
            ?? await CreateAsync(client, request with { Name = name }, cancellationToken);
    }

    /// <summary>Who owns a channel, and whether this key has used it before; notes the use.</summary>
    public async Task<Lane> UseAsync(BackchannelClient client, Channel channel, CancellationToken cancellationToken)
    {
        if (await IsOwnAsync(client, channel, cancellationToken))
        {
            return new(channel, OwnedByUs: true, FirstUse: false, IsNew: unused.TryRemove(channel.Id, out _));
        }

        var keyId = await client.Connection.GetKeyIdAsync(cancellationToken);
        return new(channel, OwnedByUs: false, await foreign.AddAsync(client.Connection, $"{keyId} {channel.Id}", cancellationToken));
    }

    /// <summary>Whether a key with our label created the channel.</summary>
    public async Task<bool> IsOwnAsync(BackchannelClient client, Channel channel, CancellationToken cancellationToken)
    {
        var keyId = await client.Connection.GetKeyIdAsync(cancellationToken);
        if (channel.CreatedByKeyId == keyId)
        {
            return true;
        }

        // A new key keeps the label of the one it replaces, and channel names belong to the label.
        if (own is not { } self || self.KeyId != keyId)
        {
            own = self = (keyId, (await client.GetOwnKeyAsync(cancellationToken)).OwnerId);
        }

        return channel.OwnerId == self.Label;
    }

    /// <summary>The name of a channel that this process has found; null: it has not.</summary>
    public string? NameOf(string channelId) => remembered.Values.FirstOrDefault(channel => channel.Id == channelId)?.Name;

    /// <summary>Forgets what a name meant, after the bus answered that the channel is gone.</summary>
    /// <param name="channel">The name as it was looked up, or the channel's id.</param>
    public void Forget(string channel)
    {
        foreach (var (name, known) in remembered)
        {
            if (name == channel.Trim() || known.Id == channel)
            {
                remembered.TryRemove(name, out _);
            }
        }
    }

    public void Dispose()
    {
        creating.Dispose();
        foreign.Dispose();
    }

    private async Task<Channel> CreateAsync(
        BackchannelClient client, CreateChannelRequest request, CancellationToken cancellationToken)
    {
        await creating.WaitAsync(cancellationToken);
        try
        {
            using var held = await LockAsync(client.Connection.SharedFolder, cancellationToken);
            if (await LookAsync(client, request.Name, cancellationToken) is { } appeared)
            {
                return appeared;
            }

            var created = await client.CreateChannelAsync(request, cancellationToken);
            unused[created.Id] = true;

            // Another machine may have made one too: everybody uses the channel that the name means now.
            return await LookAsync(client, request.Name, cancellationToken) ?? Remember(request.Name, created);
        }
        finally
        {
            creating.Release();
        }
    }

    private async Task<Channel?> LookAsync(BackchannelClient client, string name, CancellationToken cancellationToken)
    {
        try
        {
            return Remember(name, await client.GetChannelAsync(name, cancellationToken));
        }
        catch (BackchannelException exception) when (exception.Code == ErrorCodes.ChannelNotFound)
        {
            return null;
        }
    }

    private Channel Remember(string name, Channel channel) => remembered[name] = channel;

    /// <returns>Null: this machine offers no place for a lock; then only this process creates once.</returns>
    private async Task<FileLock?> LockAsync(string? folder, CancellationToken cancellationToken)
    {
        if (folder is null)
        {
            return null;
        }

        try
        {
            return await FileLock.AcquireAsync(
                Path.Combine(folder, "channels.lock"), LockTimeout, time ?? TimeProvider.System, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
