namespace Backchannel.Native.Cli.Config.Hooks;

/// <summary>What wakes one client, in the files that the client reads it from.</summary>
/// <param name="client">The client.</param>
/// <param name="program">Absolute path of the executable.</param>
/// <param name="places">Where its files are; null when the home folder is not known.</param>
/// <param name="name">Of the server in the client's file.</param>
internal sealed class WakingSetup(McpClient client, string program, ClientPlaces? places, string name)
{
    private readonly ClientWaking waking = client.Waking ?? throw new SettingsException(
        $"{client.Title} cannot be woken: no way is known. Clients that can: {string.Join(", ", McpClients.All.Where(static client => client.Waking is not null).Select(static client => client.Name))}. "
        + "For any other, 'backchannel-mcp work' runs an agent for each task.");

    private HookLine Command { get; } = new(
        program, client.Name, (places?.System ?? OperatingSystemFamily.Linux) == OperatingSystemFamily.Windows ? client.Waking!.WindowsShell : HookShell.Posix);

    private string Explanation => waking.Advice is { } advice ? $"{waking.How} {advice}" : waking.How;

    /// <summary>What the files must hold, each as if it held nothing else.</summary>
    public string Instructions()
    {
        var files = waking.Files.Select(file => $"Into {file.PathIn(places ?? ClientPlaces.Shown)} goes, as {file.Kind}:\n{file.Add("", Command)}");
        return string.Join("\n", [.. files, Explanation]);
    }

    /// <inheritdoc cref="ClientSetup.Check"/>
    public void Check(TimeProvider timeProvider)
    {
        foreach (var (waker, file) in Open(timeProvider))
        {
            file.Check(before => Edited(file, waker, before, text => waker.Add(text, Command)));
        }
    }

    /// <summary>Edits the files.</summary>
    /// <returns>What was done, a line each.</returns>
    /// <exception cref="ConfigException">A file was left as it is.</exception>
    public IEnumerable<string> Write(TimeProvider timeProvider)
    {
        foreach (var (waker, file) in Open(timeProvider))
        {
            var before = file.Read();
            var after = Edited(file, waker, before, text => waker.Add(text, Command));
            var rest = waker.Remove(before, Command);
            var backup = after == before ? null : file.Replace(before, after, keepsBackup: rest == before || !waker.IsNothing(rest));
            yield return $"{file.Path} {(after == before ? "already has" : "now has")} what wakes {client.Title}: {waker.Kind}.{Kept(backup)}";
        }

        yield return $"{Explanation} To take it out again: backchannel-mcp config {client.Name} --unwake --write{ConfigCommand.NameOption(name)}.";
    }

    /// <summary>Takes out of the files what <see cref="Write"/> put there.</summary>
    /// <param name="timeProvider">Dates the backups.</param>
    /// <param name="isTried">True: only says what would be done.</param>
    /// <inheritdoc cref="Write"/>
    public IEnumerable<string> Remove(TimeProvider timeProvider, bool isTried)
    {
        foreach (var (waker, file) in Open(timeProvider))
        {
            var before = file.Read();
            var after = before.Length == 0 ? "" : Edited(file, waker, before, text => Restored(file, waker, text));
            if (after == before)
            {
                yield return $"{file.Path} has no {waker.Kind} of this program; nothing was changed.";
            }
            else if (isTried)
            {
                yield return $"With --write, this goes from {file.Path}: {waker.Kind}.";
            }
            else if (waker.IsNothing(after) && !file.HasBackup && !file.IsLink)
            {
                file.Delete(before, withFolder: waker.HasOwnFolder);
                yield return $"{file.Path} held nothing but the {waker.Kind}, and was removed.";
            }
            else
            {
                yield return $"Took the {waker.Kind} out of {file.Path}; everything else is as it was.{Kept(file.Replace(before, after))}";
            }
        }
    }

    /// <summary>The files with what is in them now.</summary>
    /// <returns>For each the program that it calls, and null where it calls none.</returns>
    /// <exception cref="ConfigException">A file cannot be read.</exception>
    public IEnumerable<(WakingFile Waker, string Path, string? Program)> Look(TimeProvider timeProvider)
    {
        foreach (var (waker, file) in Open(timeProvider))
        {
            yield return (waker, file.Path, Edited(file, waker, file.Read(), text => waker.ProgramIn(text, Command)));
        }
    }

    /// <summary>The settings that keep the client from being woken now.</summary>
    /// <exception cref="ConfigException">A file cannot be read.</exception>
    public IEnumerable<(WakingStop Stop, string Path)> Stops(TimeProvider timeProvider) =>
        from stop in waking.Stops
        let file = new ConfigFile(stop.PathIn(places ?? throw ClientSetup.HomeIsUnknown()), timeProvider)
        where stop.IsIn(file.Read(), Command)
        select (stop, file.Path);

    private IEnumerable<(WakingFile Waker, ConfigFile File)> Open(TimeProvider timeProvider) =>
        waking.Files.Select(file => (file, new ConfigFile(file.PathIn(places ?? throw ClientSetup.HomeIsUnknown()), timeProvider)));

    /// <summary>The text without what wakes. A backup shows what was there before, where the text alone does not: an empty list, or blanks between brackets.</summary>
    private string Restored(ConfigFile file, WakingFile waker, string text)
    {
        var last = "";
        foreach (var backup in file.ReadBackups())
        {
            try
            {
                if (waker.Remove(backup, Command) != backup)
                {
                    continue;
                }

                if (waker.Add(backup, Command) == text)
                {
                    return backup;
                }

                last = last.Length > 0 ? last : backup;
            }
            catch (FormatException)
            {
                // It is from a time when nothing could be added.
            }
        }

        return waker.Remove(text, Command, last);
    }

    private static T Edited<T>(ConfigFile file, WakingFile waker, string before, Func<string, T> edit)
    {
        try
        {
            return edit(before);
        }
        catch (FormatException exception)
        {
            throw new ConfigException(
                $"{file.Path} was left as it is: {exception.Message}. Correct that, or see to the {waker.Kind} by hand: --wake without --write prints it.");
        }
    }

    private static string Kept(string? backup) => backup is null ? "" : $" The file as it was: {backup}.";
}
