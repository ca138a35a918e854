using Backchannel.Native.Cli.Config;
using Backchannel.Native.Cli.Config.Hooks;
using Backchannel.Native.Client;

namespace Backchannel.Native.Cli.Doctor;

/// <summary>What makes each configured client begin a turn by itself, and whether that is complete.</summary>
internal sealed class WakingCheck(Surroundings surroundings, ClientPlaces places)
{
    public static IEnumerable<Finding> Run(Settings settings, Surroundings surroundings) =>
        ClientPlaces.OfThisMachine(settings.Home, surroundings.Environment) is { } places ? McpClients.All.SelectMany(new WakingCheck(surroundings, places).Run) : [];

    private IEnumerable<Finding> Run(McpClient client)
    {
        if (client.FileIn(places) is not { } path)
        {
            return [];
        }

        try
        {
            var text = new ConfigFile(path, surroundings.TimeProvider).Read();
            var servers = ConfiguredServer.Find(client, text).ToList();
            return [.. servers.Select(server => Run(client, server, text, isOtherWoken: servers.Exists(static server => server.Wake is not null)))];
        }
        catch (FormatException exception)
        {
            return [Unreadable(client, $"{path}: {exception.Message}")];
        }
        catch (ConfigException exception)
        {
            return [Unreadable(client, exception.Message)];
        }
    }

    private Finding Run(McpClient client, ConfiguredServer server, string text, bool isOtherWoken)
    {
        if (client.Waking is not { } waking)
        {
            return Found(Finding.Ok, "nothing wakes it; no way is known");
        }

        var setup = new WakingSetup(client, surroundings.ExecutablePath, places, server.Name);
        var files = setup.Look(surroundings.TimeProvider).ToList();
        var present = files.Where(static file => file.Program is not null).ToList();
        var there = string.Join(", ", present.Select(static file => $"{file.Waker.Kind} in {file.Path}"));
        if (server.Wake is not { } channels)
        {
            return present.Count == 0 || isOtherWoken
                ? Found(Finding.Ok, "nothing wakes it; 'config --wake' was not used")
                : Found(Finding.Note, $"its server's entry names no channel, but there is what would wake it: {there}", $"Name them: {Order("CHANNEL")}; or take the rest out: backchannel-mcp config {client.Name} --unwake --write{ConfigCommand.NameOption(server.Name)}");
        }

        if (channels.Split(',').Select(ChannelName.FaultOf).FirstOrDefault(static fault => fault is not null) is { } fault)
        {
            return Found(Finding.Note, $"its entry names {channels}, and not each is the name of a channel: {fault}", Order("CHANNEL"));
        }

        var missing = files.Except(present).ToList();
        if (missing.Count > 0)
        {
            return Found(Finding.Note, $"its entry names {channels}, but this is missing: {string.Join(", ", missing.Select(static file => $"{file.Waker.Kind} in {file.Path}"))}", Order(channels));
        }

        if (present.FirstOrDefault(static file => !File.Exists(file.Program)) is { Program: { } program } lost)
        {
            return Found(Finding.Note, $"{lost.Path} starts {program}, which is not there", Order(channels));
        }

        if (setup.Stops(surroundings.TimeProvider).ToList() is { Count: > 0 } stops)
        {
            return Found(
                Finding.Note,
                $"its entry names {channels}, but {string.Join("; and ", stops.Select(static one => $"{one.Stop.Setting} in {one.Path} is {(one.Stop.IsDefault ? "not on" : "set")} so that {one.Stop.Effect}"))}",
                string.Join(" ", stops.Select(static one => one.Stop.Next ?? $"Take {one.Stop.Setting} out there, and start the client again.")));
        }

        return waking == ClientWaking.Codex && !IsTrusted(client, text, present[0].Path)
            ? Found(Finding.Note, $"{waking.How} Codex does not run the hooks in {present[0].Path} yet, because you have not said that you trust them", "Start codex in a terminal: it asks. The server wakes its session without them, too; after 20 wakes, though, only once the user writes after half an hour of quiet.")
            : Found(Finding.Ok, $"woken for {channels}: {waking.How} Here: {there}");

        Finding Found(string status, string what, string? next = null) =>
            new("wake", status, $"{client.Title}{(server.Name == ConfigCommand.DefaultName ? "" : $" ({server.Name})")}: {what}", next);

        string Order(string names) => $"backchannel-mcp config {client.Name} --wake {names.Replace(',', ' ')} --write{ConfigCommand.NameOption(server.Name)}, with --local or --base-url as before";
    }

    /// <summary>Codex keeps the user's consent beside its servers, under the hook's file and place.</summary>
    private static bool IsTrusted(McpClient codex, string text, string hooks) =>
        codex.Format.Names(text, ["hooks", "state"]).Any(name => name.StartsWith($"{hooks}:stop:", StringComparison.Ordinal));

    private static Finding Unreadable(McpClient client, string why) =>
        new("wake", Finding.Note, $"{client.Title}: not known what wakes it. {why.TrimEnd('.')}", "Correct that file; its client may not read it either.");
}
