using System.Net.Sockets;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus;
using Backchannel.Native.Client;
using Backchannel.Native.Files;

namespace Backchannel.Native.Cli;

/// <summary>The folder and the bus of the demo. The folder has a key of its own and is removed at the end, with the bus in it unless the settings name another one.</summary>
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

    /// <param name="settings">The user's settings: the bus that they name is used.</param>
    /// <exception cref="SettingsException">There is no place for a folder, or no bus can be started in it.</exception>
    public static async Task<DemoPlace> PrepareAsync(Settings settings, Surroundings surroundings, CancellationToken cancellationToken)
    {
        var root = Path.GetTempPath() is { Length: <= MaxRootLength } temporary || OperatingSystem.IsWindows() ? Path.GetTempPath() : "/tmp";
        var folder = Path.Combine(root, $"backchannel-{Guid.NewGuid().ToString("N")[..12]}");
        try
        {
            PrivateFiles.CreateFolder(folder);
            // The user's key does not work on a new bus. On a bus that the settings name it may be the only key.
            var own = settings with { Home = folder, ApiKey = settings.IsLocal ? null : settings.ApiKey };
            return new(folder, own, settings.IsLocal ? await StartAsync(own, folder, surroundings, cancellationToken) : null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StorageException or SocketException)
        {
            Remove(folder);
            throw new SettingsException($"the demo cannot use the folder {folder}: {exception.Message.TrimEnd('.')}. Set TMPDIR to a folder that can be written.");
        }
    }

    /// <summary>Removes what the demo left on a bus that the settings name. The demo's own bus is removed as a whole.</summary>
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
        // The agents look for the private bus at this path, so the bus must listen there before they do.
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
