using System.CommandLine;
using Backchannel.Native.Mcp;
using Backchannel.Native.Cli.Config;

namespace Backchannel.Native.Cli;

/// <summary>Prints what an MCP client needs to start this program, or writes it into the client's file.</summary>
internal sealed class ConfigCommand : Command
{
    private const string DefaultName = "backchannel";
    private const int MaxNameLength = 64;

    private readonly CliOptions options;
    private readonly Surroundings surroundings;
    private readonly Argument<string> clientName = new("CLIENT") { Description = $"One of {string.Join(", ", McpClients.Names)}" };
    private readonly Option<bool> write = new("--write") { Description = "Edit the client's file instead of printing; a backup is kept beside it" };
    private readonly Option<bool> allow = new("--allow") { Description = "Let the client run the tools without asking, where it keeps a list of such tools" };
    private readonly Option<bool> local = new("--local") { Description = "The private bus of this machine; the same as --base-url local" };
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
        Add(local);
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
            var values = Values(parsed);
            var settings = surroundings.Bind(values);
            foreach (var warning in settings.Warnings)
            {
                errors.WriteLine($"backchannel-mcp: {warning}");
            }

            var setup = new ClientSetup(client, Entry(parsed, values, settings), Places(settings), allows: parsed.GetValue(allow));
            if (parsed.GetValue(write))
            {
                output.WriteLine(setup.Write(surroundings.TimeProvider));
                if (parsed.GetValue(allow))
                {
                    output.WriteLine(setup.Allow(surroundings.TimeProvider));
                }
            }
            else
            {
                output.Write(setup.Snippet());
                errors.WriteLine(setup.Instructions());
                if (parsed.GetValue(allow))
                {
                    errors.WriteLine(setup.AllowanceInstructions());
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

    private static McpClient FindClient(string typed) =>
        McpClients.Find(typed)
        ?? throw new SettingsException(
            $"'{typed}' is not a client known here{(NearestName.Find(typed, McpClients.Names) is { } nearest ? $"; did you mean '{nearest}'?" : ".")} Known: {string.Join(", ", McpClients.Names)}. "
            + "For any other client: the command is the path of this file, without arguments.");

    private CommandLineValues Values(ParseResult parsed)
    {
        var values = options.Read(parsed);
        if (!parsed.GetValue(local))
        {
            return string.IsNullOrWhiteSpace(values.BaseUrl) && string.IsNullOrWhiteSpace(surroundings.Environment(EnvironmentVariables.BaseUrl))
                ? throw new SettingsException(
                    $"which bus? Add --local for the private bus of this machine, or --base-url URL for another one. The public sandbox is --base-url {Settings.DefaultBaseUrl}: anybody can read what is posted there.")
                : values;
        }

        return values.BaseUrl is null or Settings.Local
            ? values with { BaseUrl = Settings.Local }
            : throw new SettingsException("--local and --base-url name two buses; give one of them.");
    }

    private ServerEntry Entry(ParseResult parsed, CommandLineValues values, Settings settings)
    {
        var name = parsed.GetValue(serverName) ?? DefaultName;
        if (name.Length is 0 or > MaxNameLength || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            throw new SettingsException($"--name is '{name}'; it takes 1 to {MaxNameLength} letters, digits, '-' and '_'.");
        }

        List<KeyValuePair<string, string>> environment = [new(EnvironmentVariables.BaseUrl, settings.BaseUrl)];
        if (values.AgentLabel is not null)
        {
            environment.Add(new(EnvironmentVariables.AgentLabel, settings.AgentLabel));
        }

        if (values.LogLevel is not null)
        {
            environment.Add(new(EnvironmentVariables.Log, values.LogLevel));
        }

        return new(name, surroundings.ExecutablePath, environment, KeyMayBeNeeded: !settings.IsLocal);
    }

    private ClientPlaces? Places(Settings settings)
    {
        var system = OperatingSystem.IsWindows() ? OperatingSystemFamily.Windows
            : OperatingSystem.IsMacOS() ? OperatingSystemFamily.MacOS
            : OperatingSystemFamily.Linux;
        return settings.Home is { } home ? new(system, home, surroundings.Environment) : null;
    }
}
