using Backchannel.Native.Work;

namespace Backchannel.Native.Cli;

/// <summary>One run of the program. Every fault becomes one line on standard error and an exit code.</summary>
internal sealed class Invocation(Surroundings surroundings)
{
    /// <summary>Runs what the arguments ask for.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public async Task<int> RunAsync(string[] arguments)
    {
        try
        {
            return StdioArguments.Read(arguments) is { } values
                ? await new McpCommand(surroundings).RunAsync(surroundings.Bind(values), CancellationToken.None)
                : arguments is [GuardianProtocol.Verb] ? Guard()
                : HookCommand.Read(arguments) is var (host, moment) ? await HookCommand.RunAsync(surroundings, host, moment)
                : await new BackchannelRootCommand(surroundings).RunAsync(arguments);
        }
        catch (SettingsException exception)
        {
            return Refuse(exception.Message, HookCommand.IsNamed(arguments) ? ExitCode.Failed : ExitCode.WrongUsage);
        }
        catch (StandardStreamException exception)
        {
            // The reader of standard output has closed it, as in `backchannel-mcp call … | head`.
            return exception.OtherSideIsGone
                ? ExitCode.Failed
                : Refuse($"{exception.Message}. {exception.Advice}", ExitCode.Failed);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Catches everything: a bug is reported as one line, not as a crash report.
            return Refuse($"this is a bug: {exception.GetType().Name}: {exception.Message}", ExitCode.Failed);
        }
    }

    private int Guard()
    {
        // What the runner's starter left open is not for the command.
        BackgroundProcess.LeaveInheritedDescriptors();
        return Guardian.Run(surroundings.ProcessId);
    }

    private int Refuse(string reason, int exitCode)
    {
        using var errors = new StreamWriter(surroundings.OpenError());
        errors.WriteLine($"backchannel-mcp: {reason}");
        return exitCode;
    }
}
