using System.Net.Sockets;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus;
using Backchannel.Native.Client;
using Backchannel.Native.Files;

namespace Backchannel.Native.Cli;

/// <summary>Where the demo happens, of which nothing stays: a folder with a key of its own, and a bus of its own unless another one is named.</summary>
internal sealed class DemoPlace : IAsyncDisposable
{
    /// <summary>Longest temporary folder in which the path of a socket still fits.</summary>
    private const int MaxRootLength = 40;

    private readonly string folder;
    private readonly BusServer? bus;

    private DemoPlace(string folder, Settings settings, BusServer? bus)
    {
        this.folder = folder;
        this.bus = bus;
        Settings = settings;
    }

    /// <summary>The settings of the two agents.</summary>
    public Settings Settings { get; }

    /// <param name="settings">As the user has them: where they name another bus, that one is used.</param>
    /// <exception cref="SettingsException">There is no place for a folder, or no bus can be started in it.</exception>
    public static async Task<DemoPlace> PrepareAsync(Settings settings, Surroundings surroundings, CancellationToken cancellationToken)
    {
        var root = Path.GetTempPath() is { Length: <= MaxRootLength } temporary || OperatingSystem.IsWindows() ? Path.GetTempPath() : "/tmp";
        var folder = Path.Combine(root, $"backchannel-{Guid.NewGuid().ToString("N")[..12]}");
        try
        {
            PrivateFiles.CreateFolder(folder);
            // A key of the user is worth nothing on a new bus, and on another one it may be the only way in.
            var own = settings with { Home = folder, ApiKey = settings.IsLocal ? null : settings.ApiKey };
            return new(folder, own, settings.IsLocal ? await StartAsync(own, folder, surroundings, cancellationToken) : null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StorageException or SocketException)
        {
            Remove(folder);
            throw new SettingsException($"the demo cannot use the folder {folder}: {exception.Message.TrimEnd('.')}. Set TMPDIR to a folder that can be written.");
        }
    }

    /// <summary>Takes back from a bus that goes on what the demo left there; on a bus of its own there is nothing to do.</summary>
    /// <param name="channels">Names of the channels that were made.</param>
    public async Task CleanAsync(BackchannelClient client, IEnumerable<string> channels, CancellationToken cancellationToken)
    {
        if (bus is not null)
        {
            return;
        }

        foreach (var channel in channels)
        {
            await client.DeleteChannelAsync(channel, cancellationToken);
        }

        if (Settings.ApiKey is null)
        {
            await client.RevokeOwnKeyAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (bus is not null)
        {
            await bus.DisposeAsync();
        }

        Remove(folder);
    }

    private static Task<BusServer> StartAsync(Settings settings, string folder, Surroundings surroundings, CancellationToken cancellationToken)
    {
        // Where the agents look for a private bus; this one is there before they look.
        var socket = ClientBinding.Bind(settings, surroundings.ExecutablePath, static _ => { }, trace: null).LocalBus!.SocketPath;
        var options = new BusOptions { DatabasePath = Path.Combine(folder, "bus.db"), SocketPath = socket };
        return BusServer.StartAsync(options, surroundings.TimeProvider, static _ => { }, cancellationToken);
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
