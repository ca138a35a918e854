using Backchannel.Native.Client;

namespace Backchannel.Native.Cli.Doctor;

/// <summary>Which key would be used, found without having one issued.</summary>
internal sealed class KeyCheck(Settings settings, BackchannelClientOptions options, TimeProvider timeProvider)
{
    private const UnixFileMode OthersRights =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <returns>The key, if there is one, and what to say about its place.</returns>
    public (ApiKey? Key, string Place, Finding Finding) Run()
    {
        if (settings.ApiKey is { } configured)
        {
            return (configured, EnvironmentVariables.ApiKey, new("key", Finding.Ok, $"{EnvironmentVariables.ApiKey} holds a key; no stored one is used"));
        }

        if (options.KeyFolder is not { } folder)
        {
            return (null, "memory", new(
                "key", Finding.Note, "there is no home folder, so each process has a key issued and loses it at its end",
                $"Set HOME to a folder that can be written, or {EnvironmentVariables.ApiKey} to a key."));
        }

        try
        {
            var origin = options.LocalBus is null ? BusOrigin.Of(options.BaseUrl) : BusOrigin.Local;
            return Describe(folder, new ApiKeyStore(folder, origin, timeProvider).Find());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (null, folder, new(
                "key", Finding.Failed, $"the key files cannot be read: {exception.Message}",
                $"Make {folder} readable for you, or set {EnvironmentVariables.ApiKey}."));
        }
    }

    /// <summary>Whether the folder, or the nearest one above it that exists, takes a file; asked without making one.</summary>
    private static bool CanBeWritten(string folder)
    {
        var nearest = folder;
        while (!Path.Exists(nearest) && Path.GetDirectoryName(nearest) is { } above)
        {
            nearest = above;
        }

        return Directory.Exists(nearest) && (OperatingSystem.IsWindows() || NativeMethods.Access(nearest, NativeMethods.WriteAndSearch) == 0);
    }

    private static (ApiKey? Key, string Place, Finding Finding) Describe(string folder, StoredKey stored)
    {
        if (stored.BrokenFile is { } broken)
        {
            return (null, broken, new(
                "key", Finding.Failed, $"{broken} does not hold a key",
                "Delete it to have a new one issued at the next call, or put the right key there."));
        }

        if (stored is not { Key: { } key, File: { } file })
        {
            if (!CanBeWritten(folder))
            {
                return (null, folder, new(
                    "key", Finding.Note, $"{folder} cannot be written, so each process has a key issued and loses it at its end",
                    $"Make it writable, or set {EnvironmentVariables.ApiKey} to a key."));
            }

            return (null, folder, new("key", Finding.Ok, $"none of this bus in {folder} yet; the first call has one issued and stores it there"));
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & OthersRights) != 0)
        {
            return (key, file, new("key", Finding.Note, $"{file} can be read by others", $"chmod 600 '{file}'"));
        }

        return (key, file, new("key", Finding.Ok, stored.OriginKnown ? file : $"{file}; which bus it belongs to is recorded at the first call"));
    }
}
