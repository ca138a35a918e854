using Backchannel.Native.Client;

namespace Backchannel.Native.Cli.Doctor;

/// <summary>Finds the key that a session would use, and asks the bus for none.</summary>
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
                "key", Finding.Note, "there is no home folder, so each process asks for a key and loses it when it ends",
                $"Set HOME to a folder that can be written, or {EnvironmentVariables.ApiKey} to a key."));
        }

        try
        {
            return Describe(folder, new ApiKeyStore(folder, BusOrigin.Of(options), timeProvider).Find());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (null, folder, new(
                "key", Finding.Failed, $"the key files cannot be read: {exception.Message}",
                $"Make {folder} readable for you, or set {EnvironmentVariables.ApiKey}."));
        }
    }

    /// <summary>Whether a file can be made in the folder, or in the nearest one above it that exists. None is made to find out.</summary>
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
                "Delete it, and the next call asks for a new one; or put the right key there."));
        }

        if (stored is not { Key: { } key, File: { } file })
        {
            if (!CanBeWritten(folder))
            {
                return (null, folder, new(
                    "key", Finding.Note, $"{folder} cannot be written, so each process asks for a key and loses it when it ends",
                    $"Make it writable, or set {EnvironmentVariables.ApiKey} to a key."));
            }

            return (null, folder, new("key", Finding.Ok, $"{folder} holds no key of this bus yet; the first call asks for one and stores it there"));
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & OthersRights) != 0)
        {
            return (key, file, new("key", Finding.Note, $"{file} can be read by others", $"chmod 600 '{file}'"));
        }

        return (key, file, new("key", Finding.Ok, stored.OriginKnown ? file : $"{file}; which bus it belongs to is recorded at the first call"));
    }
}
