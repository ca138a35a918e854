using System.CommandLine;
using Backchannel.Native.Mcp;
using Backchannel.Native.Cli.Config;
using Backchannel.Native.Cli.Config.Hooks;
using Backchannel.Native.Client;

namespace Backchannel.Native.Cli;

/// <summary>Prints what an MCP client needs to start this program, or writes it into the client's file.</summary>
internal sealed class ConfigCommand : Command
{
    public const string DefaultName = "backchannel";
    private const int MaxNameLength = 64;

    private readonly CliOptions options;
    private readonly Surroundings surroundings;
    private readonly Argument<string> clientName = new("CLIENT") { Description = $"One of {string.Join(", ", McpClients.Names)}" };
    private readonly Option<bool> write = new("--write") { Description = "Edit the client's file instead of printing; a backup is kept beside it" };
    private readonly Option<bool> allow = new("--allow") { Description = "Let the client run the tools without asking, where it keeps a list of such tools" };
    private readonly Option<string[]> wake = new("--wake")
    {
        Description = "Let the client begin a turn by itself when a result comes that it waits for, or a task on one of these channels",
        HelpName = "channel...",
        AllowMultipleArgumentsPerToken = true,
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<bool> unwake = new("--unwake") { Description = "Take out what --wake put in; with --write in the files, without it only said" };
    private readonly Option<string?> serverName = new("--name")
    {
        Description = $"Name of the server in the client's file. Default: {DefaultName}",
        HelpName = "name",
    };

    public ConfigCommand(CliOptions options, Surroundings surroundings)
        : base("config", "Print or write the configuration of an MCP client")
    {
        this.options = options;
        this.surroundings = surroundings;
        Add(clientName);
        Add(write);
        Add(allow);
        Add(wake);
        Add(unwake);
        Add(serverName);
        SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        using var errors = new StreamWriter(surroundings.OpenError());
        using var output = new StreamWriter(surroundings.OpenOutput());
        try
        {
            var client = FindClient(parsed.GetRequiredValue(clientName));
            if (parsed.GetValue(unwake))
            {
                Unwake(parsed, client, output);
                return ExitCode.Done;
            }

            var channels = Channels(parsed);
            var values = Values(parsed);
            var settings = surroundings.Bind(values);
            foreach (var warning in settings.Warnings)
            {
                errors.WriteLine($"backchannel-mcp: {warning}");
            }

            errors.Flush();
            var setup = new ClientSetup(client, Entry(parsed, values, settings, channels), Places(settings), allows: parsed.GetValue(allow));
            var waking = channels.Count == 0 ? null : new WakingSetup(client, surroundings.ExecutablePath, Places(settings), ServerName(parsed));
            if (parsed.GetValue(write))
            {
                setup.Check(surroundings.TimeProvider);
                waking?.Check(surroundings.TimeProvider);
                output.WriteLine(setup.Write(surroundings.TimeProvider));
                if (parsed.GetValue(allow))
                {
                    output.WriteLine(setup.Allow(surroundings.TimeProvider));
                }

                WriteLines(output, waking?.Write(surroundings.TimeProvider));
            }
            else
            {
                output.Write(setup.Snippet());
                // On a terminal both end up on the screen: what is to be copied stands whole, before the explanation.
                output.Flush();
                errors.WriteLine(setup.Instructions());
                if (parsed.GetValue(allow))
                {
                    errors.WriteLine(setup.AllowanceInstructions());
                }

                if (waking is not null)
                {
                    errors.WriteLine(waking.Instructions());
                }
            }

            if (settings.ApiKey is not null)
            {
                errors.WriteLine($"{EnvironmentVariables.ApiKey} is set here, but no key is written into a client's file. Without it, the key stored for this bus is used.");
            }

            return ExitCode.Done;
        }
        catch (ConfigException exception)
        {
            errors.WriteLine($"backchannel-mcp: {exception.Message}");
            return ExitCode.Failed;
        }
    }

    /// <summary>The option that an order for this server needs, with a blank before it; empty: none.</summary>
    public static string NameOption(string name) => name == DefaultName ? "" : $" --name {name}";

    private static McpClient FindClient(string typed) =>
        McpClients.Find(typed)
        ?? throw new SettingsException(
            $"'{typed}' is not a client known here{(NearestName.Find(typed, McpClients.Names) is { } nearest ? $"; did you mean '{nearest}'?" : ".")} Known: {string.Join(", ", McpClients.Names)}. "
            + "For any other client: the command is the path of this file, without arguments.");

    /// <summary>Takes out what <c>--wake</c> put in; no bus has to be known for that.</summary>
    private void Unwake(ParseResult parsed, McpClient client, StreamWriter output)
    {
        if (new[] { wake, (Option)allow }.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } other)
        {
            throw new SettingsException($"{unwake.Name} and {other.Name} exclude each other: give one of them.");
        }

        var isTried = !parsed.GetValue(write);
        var places = Places(surroundings.Bind(options.Read(parsed)));
        var name = ServerName(parsed);
        var waking = new WakingSetup(client, surroundings.ExecutablePath, places, name);
        var setup = new ClientSetup(client, new(name, surroundings.ExecutablePath, [], KeyMayBeNeeded: false), places);
        var another = setup.FindOtherWoken(EnvironmentVariables.Wake, surroundings.TimeProvider);
        try
        {
            WriteLines(output, another is null
                ? waking.Remove(surroundings.TimeProvider, isTried)
                : [$"What wakes {client.Title} stays, since '{another.Name}' is woken by it too, for {another.Wake}."]);
        }
        finally
        {
            // Last, since the backups of the hooks have the variable.
            output.WriteLine(setup.RemoveVariable(EnvironmentVariables.Wake, surroundings.TimeProvider, isTried));
        }
    }

    /// <exception cref="SettingsException">One of them is no name of a channel.</exception>
    private List<string> Channels(ParseResult parsed)
    {
        try
        {
            return [.. (parsed.GetValue(wake) ?? []).SelectMany(static typed => typed.Split(',')).Select(static name => ChannelName.Check(name, readsPathsAsUtf8: true)).Distinct()];
        }
        catch (BackchannelException exception)
        {
            throw new SettingsException($"{wake.Name}: {exception.Message}.");
        }
    }

    private static void WriteLines(StreamWriter output, IEnumerable<string>? lines)
    {
        foreach (var line in lines ?? [])
        {
            output.WriteLine(line);
        }
    }

    private CommandLineValues Values(ParseResult parsed)
    {
        var values = options.Read(parsed);
        return string.IsNullOrWhiteSpace(values.BaseUrl) && string.IsNullOrWhiteSpace(surroundings.Environment(EnvironmentVariables.BaseUrl))
            ? throw new SettingsException(
                $"which bus? Add --local for the private bus of this machine, or --base-url URL for another one. The public sandbox is --base-url {Settings.DefaultBaseUrl}: anybody can read what is posted there.")
            : values;
    }

    private string ServerName(ParseResult parsed)
    {
        var name = parsed.GetValue(serverName) ?? DefaultName;
        if (name.Length is 0 or > MaxNameLength || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            throw new SettingsException($"--name is '{name}'; it takes 1 to {MaxNameLength} letters, digits, '-' and '_'.");
        }

        return name;
    }

    private ServerEntry Entry(ParseResult parsed, CommandLineValues values, Settings settings, List<string> channels)
    {
        List<KeyValuePair<string, string>> environment = [new(EnvironmentVariables.BaseUrl, settings.BaseUrl)];
        if (values.AgentLabel is not null)
        {
            environment.Add(new(EnvironmentVariables.AgentLabel, settings.AgentLabel));
        }

        if (values.LogLevel is not null)
        {
            environment.Add(new(EnvironmentVariables.Log, values.LogLevel));
        }

        if (channels.Count > 0)
        {
            environment.Add(new(EnvironmentVariables.Wake, string.Join(',', channels)));
        }

        return new(ServerName(parsed), surroundings.ExecutablePath, environment, KeyMayBeNeeded: !settings.IsLocal);
    }

    private ClientPlaces? Places(Settings settings) => ClientPlaces.OfThisMachine(settings.Home, surroundings.Environment);
}
