namespace Backchannel.Native.Cli.Config;

/// <summary>One server, set up in one client.</summary>
/// <param name="client">The client.</param>
/// <param name="entry">The server.</param>
/// <param name="places">Where its file is; null when the home folder is not known.</param>
/// <param name="allows">Whether the client is told to run the tools without asking.</param>
internal sealed class ClientSetup(McpClient client, ServerEntry entry, ClientPlaces? places, bool allows = false)
{
    /// <summary>The members that hold the environment of a server that a client starts.</summary>
    public static readonly string[] EnvironmentMembers = ["env", "environment"];

    /// <summary>The members that hold the address of a server that a client does not start.</summary>
    private static readonly string[] UrlMembers = ["url", "httpUrl", "serverUrl"];

    /// <summary>What the client's file must hold, as a file that holds nothing else.</summary>
    public string Snippet() => client.Format.Render([.. client.ServersPath, entry.Name], Value(client.Entry));

    /// <summary>Where the snippet goes.</summary>
    public string Instructions() =>
        client.File is null
            ? $"For {client.Title}. {client.Advice}"
            : $"For {client.Title}: the file is {FilePath() ?? "in your home folder, but HOME is not set"}. The same command with --write edits it. {client.Advice}";

    /// <summary>Finds what keeps a file from being edited, so that it is known before the first one is written.</summary>
    /// <exception cref="ConfigException">A file cannot be edited.</exception>
    public void Check(TimeProvider timeProvider)
    {
        if (client.File is not null && FilePath() is { } path)
        {
            new ConfigFile(path, timeProvider).Check(before => Edit(path, before));
        }

        if (allows && client.Allowing is Allowance.List list && places is not null)
        {
            new ConfigFile(list.File(places), timeProvider).Check(before => Allow(list, list.File(places), before));
        }
    }

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
            FilePath() ?? throw HomeIsUnknown(), timeProvider);
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

    /// <summary>Where the tools are allowed, and how to take that back.</summary>
    public string AllowanceInstructions() => client.Allowing switch
    {
        Allowance.List list => $"{client.Title} runs the tools without asking where {list.File(places ?? ClientPlaces.Shown)} has \"{list.Rule(entry.Name)}\" in {string.Join('.', list.Path)}.",
        Allowance.Member member => $"{client.Title} runs the tools without asking because of {member.Name}; to be asked again, delete it from the entry.",
        Allowance.None none => $"{none.Advice(entry.Name)}.",
        _ => throw new InvalidOperationException($"No way to allow the tools of {client.Title}."),
    };

    /// <summary>Writes the rule that allows the tools, where the client keeps rules in a file of their own.</summary>
    /// <returns>What was done, and how to take it back.</returns>
    /// <exception cref="ConfigException">That file was left as it is.</exception>
    public string Allow(TimeProvider timeProvider)
    {
        if (client.Allowing is not Allowance.List list)
        {
            return AllowanceInstructions();
        }

        var rule = list.Rule(entry.Name);
        var file = new ConfigFile(list.File(places ?? throw HomeIsUnknown()), timeProvider);
        var before = file.Read();
        var after = Allow(list, file.Path, before);
        var backup = after == before ? null : file.Replace(before, after);
        if (list.DenyPath.Count > 0 && DenyRules.Find(after, list.DenyPath, rule) is [var denied, ..])
        {
            return $"{file.Path} {(after == before ? "already has" : "now has")} \"{rule}\" in {string.Join('.', list.Path)}, but \"{denied}\" in {string.Join('.', list.DenyPath)} "
                + $"counts for more: {client.Title} refuses what it names. Delete it there to allow that too.{(backup is null ? "" : $" The file as it was: {backup}.")}";
        }

        return $"{file.Path} {(after == before ? "already has" : "now has")} \"{rule}\" in {string.Join('.', list.Path)}: {client.Title} runs the tools without asking. "
            + $"To be asked again, delete it there.{(backup is null ? "" : $" The file as it was: {backup}.")}";
    }

    private string Allow(Allowance.List list, string path, string before)
    {
        try
        {
            return list.Format.MergeSafely(before, list.Path, new ConfigValue.Including(list.Rule(entry.Name)));
        }
        catch (FormatException exception)
        {
            throw new ConfigException(
                $"{path} was left as it is: {exception.Message}. Correct that, or add \"{list.Rule(entry.Name)}\" to {string.Join('.', list.Path)} by hand; without --allow, the server itself is set up.");
        }
    }

    public static ConfigException HomeIsUnknown() => new("HOME is not set, so the client's file is not known; nothing was changed.");

    /// <summary>Takes a variable of the server out of the client's file.</summary>
    /// <param name="variable">Its name.</param>
    /// <param name="timeProvider">Dates the backup.</param>
    /// <param name="isTried">True: only says what would be done.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="ConfigException">Nothing was done.</exception>
    public string RemoveVariable(string variable, TimeProvider timeProvider, bool isTried) => Edited(timeProvider, variable, (file, before) =>
    {
        var after = EnvironmentMembers.Select(member => (IReadOnlyList<string>)[.. Shape(before).ServersPath, entry.Name, member, variable])
            .Aggregate(before, client.Format.RemoveSafely);
        return after == before ? $"{file.Path} has no {variable} in '{entry.Name}'; nothing was changed."
            : isTried ? $"With --write, {variable} is taken out of '{entry.Name}' in {file.Path}."
            : $"{variable} was taken out of '{entry.Name}' in {file.Path}; everything else is as it was. The file as it was: {file.Replace(before, after)}.";
    });

    /// <summary>Another server of this program for which the client is woken; null: there is none in its file.</summary>
    /// <inheritdoc cref="RemoveVariable"/>
    public ConfiguredServer? FindOtherWoken(string variable, TimeProvider timeProvider) => Edited(
        timeProvider, variable, (_, text) => ConfiguredServer.Find(client, text).FirstOrDefault(server => server.Name != entry.Name && server.Wake is not null));

    private T Edited<T>(TimeProvider timeProvider, string variable, Func<ConfigFile, string, T> edit)
    {
        var file = new ConfigFile(FilePath() ?? throw HomeIsUnknown(), timeProvider);
        try
        {
            return edit(file, file.Read());
        }
        catch (FormatException exception)
        {
            throw new ConfigException($"{file.Path} was left as it is: {exception.Message}. Correct that, or delete {variable} from the entry by hand.");
        }
    }

    private string Edit(string path, string before)
    {
        try
        {
            var (serversPath, shape) = Shape(before);
            IReadOnlyList<string> entryPath = [.. serversPath, entry.Name];
            RefuseOtherServer(before, entryPath);
            RefuseOtherKey(before, entryPath);
            return client.Format.MergeSafely(before, entryPath, Value(shape));
        }
        catch (FormatException exception)
        {
            throw new ConfigException(
                $"{path} was left as it is: {exception.Message}. Correct that, or add the entry by hand: the same command without --write prints it.");
        }
    }

    private ConfigValue Value(Func<ServerEntry, ConfigValue> shape) =>
        shape(entry) is ConfigValue.Members members && allows && client.Allowing is Allowance.Member allowed
            ? members with { Values = [.. members.Values.Where(member => member.Key != allowed.Name), new(allowed.Name, allowed.Value)] }
            : shape(entry);

    /// <summary>
    /// An entry that is reached by a URL is another server. A command beside the URL would leave it to the client which of them counts; Codex then
    /// reads nothing of its file any more.
    /// </summary>
    private void RefuseOtherServer(string text, IReadOnlyList<string> entryPath)
    {
        if (UrlMembers.FirstOrDefault(member => client.Format.Has(text, [.. entryPath, member])) is { } url)
        {
            throw new FormatException(
                $"'{entry.Name}' there is a server that is reached by its \"{url}\". Give this one another --name, or remove that entry first");
        }
    }

    /// <summary>The entry may hold a key. A key belongs to one bus and must not be sent to another.</summary>
    private void RefuseOtherKey(string text, IReadOnlyList<string> entryPath)
    {
        var variables = EnvironmentMembers.Select(member => (IReadOnlyList<string>)[.. entryPath, member])
            .FirstOrDefault(path => client.Format.Has(text, [.. path, EnvironmentVariables.ApiKey]));
        if (variables is null)
        {
            return;
        }

        IReadOnlyList<string> baseUrl = [.. variables, EnvironmentVariables.BaseUrl];
        var wanted = entry.Variables.Values.Single(variable => variable.Key == EnvironmentVariables.BaseUrl).Value;
        if (client.Format.Merge(text, baseUrl, wanted) != text)
        {
            throw new FormatException(
                $"'{entry.Name}' there holds a {EnvironmentVariables.ApiKey} for another bus, and a key belongs to one bus. "
                + "Remove it from the entry first, or give this one another --name");
        }
    }

    private (IReadOnlyList<string> ServersPath, Func<ServerEntry, ConfigValue> Entry) Shape(string text)
    {
        // In a file of the first release, a server itself may be named "servers"; it is recognized by its "environment".
        return client.Later is { } later
            && client.Format.HasMembers(text, later.ServersPath)
            && !client.Format.HasMembers(text, [.. later.ServersPath, "environment"])
                ? later
                : (client.ServersPath, client.Entry);
    }

    private string? FilePath() => places is null ? null : client.FileIn(places);
}
