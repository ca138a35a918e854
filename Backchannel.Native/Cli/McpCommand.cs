using Backchannel.Native.JsonRpc;
using Backchannel.Native.Mcp;
using Backchannel.Native.Tools;

namespace Backchannel.Native.Cli;

/// <summary>The MCP server on standard input and output; ends when the client does.</summary>
internal sealed class McpCommand(Surroundings surroundings)
{
    /// <returns><see cref="ExitCode.Done"/>, whoever ended it; <see cref="ExitCode.Failed"/> when a standard stream cannot be used.</returns>
    public async Task<int> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        using var log = new StderrLog(surroundings.OpenError(), settings.LogLevel, surroundings.TimeProvider);
        foreach (var warning in settings.Warnings)
        {
            log.Warning(warning);
        }

        if (surroundings.IsTerminal())
        {
            ExplainOnTerminal();
        }

        using var signals = new StopSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Token, cancellationToken);
        using var parent = new ParentWatch(surroundings.TimeProvider, stop.Cancel);
        await using var session = new ToolSession(settings, surroundings, log);
        await using var wake = WakeBinding.Bind(settings, surroundings, log.Warning) is { } options ? session.Wake(options, surroundings.TimeProvider) : null;
        var server = new McpServer(
            new Implementation("backchannel-mcp", "Backchannel", ProductVersion.Text),
            ServerInstructions.Text,
            session.Tools,
            session.MakePrompts,
            log.Error,
            session.ActFor,
            wake is null ? null : wake.Meet,
            session.SealTaskAsync,
            surroundings.TimeProvider);
        using var connection = new JsonRpcConnection(
            surroundings.OpenInput(), surroundings.OpenOutput(), server, new JsonRpcConnectionOptions(), surroundings.TimeProvider);
        var serving = connection.RunAsync(stop.Token);

        // Started after the read loop, because it starts a thread: the first answer need not wait for that.
        parent.Start();
        await serving;
        await session.EndAsync();
        if (connection.Fault is StandardStreamException { OtherSideIsGone: false } fault)
        {
            log.Error($"{fault.Message}. The session ends: without its standard streams the client cannot be served.");
            return ExitCode.Failed;
        }

        return ExitCode.Done;
    }

    private void ExplainOnTerminal()
    {
        using var error = new StreamWriter(surroundings.OpenError());
        var command = Command();
        error.WriteLine(
            $"""
            backchannel-mcp {ProductVersion.Text} is an MCP server: it waits here for the messages of an
            MCP client, so there is nothing to type. To leave, press Ctrl+D or Ctrl+C.

              see it work:         {command} demo
              add it to a client:  {command} config claude-code --local --write
                                   (other clients: {command} config --help)
              check the set-up:    {command} doctor
              everything else:     {command} --help

            """);
    }

    /// <summary>What a person types to start this file: its name where PATH leads to it, else its path.</summary>
    private string Command()
    {
        var folder = Path.GetDirectoryName(surroundings.ExecutablePath) ?? "";
        var folders = surroundings.Environment(EnvironmentVariables.Path)?.Split(Path.PathSeparator) ?? [];
        return folders.Contains(folder) ? Path.GetFileNameWithoutExtension(surroundings.ExecutablePath)
            : surroundings.ExecutablePath.Contains(' ', StringComparison.Ordinal) ? $"'{surroundings.ExecutablePath}'"
            : surroundings.ExecutablePath;
    }
}
