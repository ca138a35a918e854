using System.CommandLine;
using System.CommandLine.Help;
using Backchannel.Native.Cli.Views;
using Backchannel.Native.Cli.Watch;

namespace Backchannel.Native.Cli;

/// <summary>The command tree. Without a command the program is an MCP server on stdio.</summary>
internal sealed class BackchannelRootCommand : RootCommand
{
    /// <summary>What is typed is taken as it stands: <c>@FILE</c> is a text, not what the file holds, and <c>-abc</c> is not three options.</summary>
    public static readonly ParserConfiguration Parser = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    private readonly Surroundings surroundings;
    private readonly CallCommand call;

    public BackchannelRootCommand(Surroundings surroundings)
        : base("Hand tasks to other agents and get their results back: an MCP server on stdio, and the bus behind it.")
    {
        this.surroundings = surroundings;
        var options = new CliOptions();
        foreach (var option in options.All)
        {
            Add(option);
        }

        // The built-in one reads the version by reflection and adds the commit to it.
        Options.OfType<VersionOption>().Single().Action = new VersionAction();
        var help = Options.OfType<HelpOption>().Single();
        help.Action = new ToolHelpAction((HelpAction)help.Action!, options);
        Add(new ServeCommand(options, surroundings));
        call = new CallCommand(options, surroundings);
        Add(call);
        Add(new WorkCommand(options, surroundings));
        Add(new OpenCommand(options, surroundings));
        Add(new WatchCommand(options, surroundings));
        Add(new LanesCommand(options, surroundings));
        Add(new TasksCommand(options, surroundings));
        Add(new TaskCommand(options, surroundings));
        Add(new WorkersCommand(options, surroundings));
        Add(new DemoCommand(options, surroundings));
        Add(new DoctorCommand(options, surroundings));
        Add(new ConfigCommand(options, surroundings));
        Add(new HookCommand(surroundings));
        Add(new StopCommand(options, surroundings));
        Add(new CopyCommand(surroundings));
        SetAction((parsed, cancellationToken) =>
            new McpCommand(surroundings).RunAsync(surroundings.Bind(options.Read(parsed)), cancellationToken));
    }

    /// <summary>Runs what the arguments ask for.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    /// <exception cref="SettingsException">The arguments are wrong.</exception>
    public async Task<int> RunAsync(string[] arguments)
    {
        // The console's own writers know nothing of an output that cannot be written to.
        var output = new StreamWriter(surroundings.OpenOutput());
        var words = CallTokens.Join(arguments, CallCommand.CommandName, [.. Options]);
        var parsed = Parse(words, Parser);
        if (UsageErrors.Describe(parsed, words, () => call.ToolsFor(parsed).Select(tool => tool.Name)) is { } usageError)
        {
            throw new SettingsException(usageError);
        }

        // Signals are handled by the commands: their way of ending is part of what they promise.
        var exitCode = await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output });
        await output.FlushAsync();
        return exitCode;
    }
}
