namespace Backchannel.Native.Cli.Config;

/// <summary>One server, set up in one client.</summary>
/// <param name="client">The client.</param>
/// <param name="entry">The server.</param>
/// <param name="places">Where its file is; null when the home folder is not known.</param>
internal sealed class ClientSetup(McpClient client, ServerEntry entry, ClientPlaces? places)
{
    /// <summary>What the client's file must hold, as a file that holds nothing else.</summary>
    public string Snippet() => client.Format.Render([.. client.ServersPath, entry.Name], client.Entry(entry));

    /// <summary>Where the snippet goes.</summary>
    public string Instructions() =>
        client.File is null
            ? $"For {client.Title}. {client.Advice}"
            : $"For {client.Title}: the file is {FilePath() ?? "in your home folder, but HOME is not set"}. 'backchannel-mcp config {client.Name} --write' edits it. {client.Advice}";

    /// <summary>Edits the client's file.</summary>
    /// <returns>What was done.</returns>
    /// <exception cref="ConfigException">Nothing was done.</exception>
    public string Write(TimeProvider timeProvider)
    {
        if (client.File is null)
        {
            throw new ConfigException($"{client.Title} has no file that could be written. {client.Advice}");
        }

        var file = new ConfigFile(
            FilePath() ?? throw new ConfigException("HOME is not set, so the client's file is not known; nothing was changed."), timeProvider);
        var before = file.Read();
        var after = Edit(file.Path, before);
        if (after == before)
        {
            return $"{file.Path} already has '{entry.Name}' as it should be; nothing was changed.";
        }

        var backup = file.Replace(before, after);
        return backup is null
            ? $"Made {file.Path} with '{entry.Name}'. {client.Advice}"
            : $"Wrote '{entry.Name}' into {file.Path}; everything else is as it was. The file as it was: {backup}. {client.Advice}";
    }

    private string Edit(string path, string before)
    {
        try
        {
            var (serversPath, shape) = Shape(before);
            IReadOnlyList<string> entryPath = [.. serversPath, entry.Name];
            var after = client.Format.Merge(before, entryPath, shape(entry));
            // Asking again must find everything in place, or the edit went wrong.
            return client.Format.Merge(after, entryPath, shape(entry)) == after
                ? after
                : throw new FormatException("its layout is one that this command does not edit");
        }
        catch (FormatException exception)
        {
            throw new ConfigException(
                $"{path} was left as it is: {exception.Message}. Mend it, or add the entry by hand; 'backchannel-mcp config {client.Name}' prints it.");
        }
    }

    private (IReadOnlyList<string> ServersPath, Func<ServerEntry, ConfigValue> Entry) Shape(string text)
    {
        // A server of the first release may itself be called "servers"; its environment gives it away.
        return client.Later is { } later
            && client.Format.HasMembers(text, later.ServersPath)
            && !client.Format.HasMembers(text, [.. later.ServersPath, "environment"])
                ? later
                : (client.ServersPath, client.Entry);
    }

    private string? FilePath()
    {
        if (places is null || client.File is null)
        {
            return null;
        }

        var file = client.File(places);
        return client.OtherFile?.Invoke(places) is { } other && File.Exists(other) && !File.Exists(file) ? other : file;
    }
}
