using Backchannel.Native.JsonRpc;
using Backchannel.Native.Mcp;
using Backchannel.Native.Tools;

namespace Backchannel.Native.Cli;

/// <summary>The MCP server on standard input and output; ends when the client does.</summary>
internal sealed class McpCommand(Surroundings surroundings)
{
    /// <returns><see cref="ExitCode.Done"/>, whoever ended it.</returns>
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
        var server = new McpServer(
            new Implementation("backchannel-mcp", "Backchannel", ProductVersion.Text), ServerInstructions.Text, session.Tools, log.Error);
        using var connection = new JsonRpcConnection(
            surroundings.OpenInput(), surroundings.OpenOutput(), server, new JsonRpcConnectionOptions(), surroundings.TimeProvider);
        await connection.RunAsync(stop.Token);
        await session.EndAsync();
        return ExitCode.Done;
    }

    private void ExplainOnTerminal()
    {
        using var error = new StreamWriter(surroundings.OpenError());
        error.WriteLine(
            $"""
            backchannel-mcp {ProductVersion.Text} waits for an MCP client on standard input. A client starts it by itself; for Claude Code:

              claude mcp add backchannel --scope user -e {EnvironmentVariables.BaseUrl}=local -- {surroundings.ExecutablePath}

            To see it work without a client:  backchannel-mcp demo      All commands:  backchannel-mcp --help      To leave:  Ctrl+D
            """);
    }
}
