using Backchannel.Native.Client;

namespace Backchannel.Native.Cli;

/// <summary>Turns <see cref="Settings"/> into what the client needs: which bus, which key folder, which private bus to start.</summary>
internal static class ClientBinding
{
    /// <summary>Where the folder of the private bus is made without a home folder. The environment has no say, because all sessions must find the same one.</summary>
    private static string SharedTemporaryFolder => OperatingSystem.IsWindows() ? Path.GetTempPath() : "/tmp";

    /// <param name="trace">Takes a line for each request; null: requests are not traced.</param>
    public static BackchannelClientOptions Bind(
        Settings settings, string executablePath, Action<string> warn, Action<string>? trace) => new()
    {
        BaseUrl = settings.Addresses is [var first, ..] ? first : new Uri("http://localhost"),
        OtherBaseUrls = [.. settings.Addresses.Skip(1)],
        LocalBus = settings.IsLocal ? BindLocalBus(settings, executablePath) : null,
        ApiKey = settings.ApiKey,
        AgentLabel = settings.AgentLabel,
        AgentLabelIsChosen = settings.AgentLabelIsChosen,
        KeyFolder = settings.Home is { } home ? Path.Combine(home, ".config", "backchannel") : null,
        Warn = warn,
        Trace = trace,
    };

    /// <summary>The folder of the private bus of this user, whether or not it is used.</summary>
    public static string BusFolder(string? home) => Path.GetDirectoryName(LocalBusFolder.SocketPath(home, SharedTemporaryFolder, UserId()))!;

    private static LocalBusOptions BindLocalBus(Settings settings, string executablePath) => new()
    {
        SocketPath = LocalBusFolder.SocketPath(settings.Home, SharedTemporaryFolder, UserId()),
        ExecutablePath = executablePath,
    };

    private static string UserId() =>
        OperatingSystem.IsWindows() ? Environment.UserName : NativeMethods.GetUserId().ToString(null, null);
}
