using System.CommandLine;
using System.Diagnostics;
using Backchannel.Native.Client;

namespace Backchannel.Native.Cli;

/// <summary>Ends the local bus once it has answered the requests in flight. The next call starts it again, from the caller's own file.</summary>
/// <remarks>By a signal: it works with a bus of every release.</remarks>
internal sealed class StopCommand : Command
{
    /// <summary>Longer than a bus takes for what it has begun.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    private readonly CliOptions options;
    private readonly Surroundings surroundings;

    public StopCommand(CliOptions options, Surroundings surroundings)
        : base("stop", "End the local bus after its requests in flight; the next call starts it again")
    {
        this.options = options;
        this.surroundings = surroundings;
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        // Whatever bus the sessions are set to: only the local one is this command's.
        var settings = surroundings.Bind(options.Read(parsed) with { BaseUrl = Settings.Local });
        using var output = new StreamWriter(surroundings.OpenOutput());
        using var error = new StreamWriter(surroundings.OpenError());
        if (OperatingSystem.IsWindows())
        {
            error.WriteLine("backchannel-mcp: on Windows the local bus cannot be told to end. End the process 'backchannel-mcp serve' in the task manager, or wait: it ends 15 minutes after its last use.");
            return ExitCode.Failed;
        }

        using var signals = new StopSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Token, cancellationToken);
        var local = ClientBinding.Bind(settings, surroundings.ExecutablePath, static _ => { }, trace: null).LocalBus!;
        try
        {
            if (await new LocalBus(local, surroundings.TimeProvider).FindProcessAsync(stop.Token) is not { } processId)
            {
                output.WriteLine($"No local bus runs at {local.SocketPath}.");
                return ExitCode.Done;
            }

            if (!await EndAsync(processId, stop.Token))
            {
                error.WriteLine($"backchannel-mcp: the local bus, process {processId}, was told to end and has not ended within {Limit.TotalSeconds:0} s. See what it said last in {local.LogPath}.");
                return ExitCode.Failed;
            }

            output.WriteLine($"The local bus at {local.SocketPath}, process {processId}, has ended. The next call starts it again.");
            return ExitCode.Done;
        }
        catch (BackchannelException exception)
        {
            error.WriteLine($"backchannel-mcp: {exception.Message}.");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Failed;
        }
    }

    private static async Task<bool> EndAsync(int processId, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            _ = NativeMethods.SendSignal(processId, NativeMethods.TerminateSignal);
            using var limit = new CancellationTokenSource(Limit);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            await process.WaitForExitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            return process.HasExited;
        }
        catch (ArgumentException)
        {
            // It has ended meanwhile.
            return true;
        }
    }
}
