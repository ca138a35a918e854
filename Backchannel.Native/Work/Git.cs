using System.ComponentModel;

namespace Backchannel.Native.Work;

/// <summary>Calls of git, which never asks anything.</summary>
/// <remarks>
/// The command of an earlier task may have written the repository's configuration, which names programs that git runs. Those that can be switched off are.
/// What is left, such as the filters of a checkout, gets no more than a command: no secrets, a time limit, and a guardian that ends all of it.
/// </remarks>
/// <param name="executable">This program, which is also the guardian.</param>
internal sealed class Git(string executable, TimeProvider time)
{
    private const int OutputBytes = 1024 * 1024;
    private const int ErrorBytes = 2_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>For what writes or removes all files of a repository, which may be large.</summary>
    private static readonly TimeSpan LongLimit = TimeSpan.FromMinutes(10);

    private static readonly string[] Restrictions =
    [
        "--no-pager",
        "-c", "core.hooksPath=/dev/null",
        "-c", "core.fsmonitor=false",
        "-c", "log.showSignature=false",
        "-c", "submodule.recurse=false",
    ];

    public Task<GitAnswer> RunAsync(params IEnumerable<string> arguments) => RunAsync(arguments, Limit, CancellationToken.None);

    /// <summary>Runs a call that may take long.</summary>
    /// <param name="ending">Ends git, and all that it started.</param>
    public Task<GitAnswer> RunLongAsync(CancellationToken ending, params IEnumerable<string> arguments) => RunAsync(arguments, LongLimit, ending);

    private async Task<GitAnswer> RunAsync(IEnumerable<string> arguments, TimeSpan limit, CancellationToken ending)
    {
        try
        {
            using var folder = new RunFolder();
            using var git = await GuardedCommand.StartAsync(
                executable, ["git", .. Restrictions, .. arguments], folder: "", CommandEnvironment.OfGit(), input: "", folder.GuardianStatus);
            return await AnswerAsync(git, limit, ending);
        }
        catch (Exception fault) when (fault is Win32Exception or IOException or UnauthorizedAccessException)
        {
            return GitAnswer.None($"git cannot be started: {fault.Message}");
        }
    }

    private async Task<GitAnswer> AnswerAsync(GuardedCommand git, TimeSpan limit, CancellationToken ending)
    {
        var output = new CommandOutput(OutputBytes, spool: null, time);
        var error = new CommandOutput(ErrorBytes, spool: null, time);
        var exit = git.WaitAsync(time);
        var reading = Task.WhenAll(output.ReadAsync(git.Output, exit), error.ReadAsync(git.Error, exit));
        await ((Task)exit).WaitAsync(limit, time, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var isLate = !exit.IsCompleted;
        if (isLate)
        {
            await git.KillAsync(exit, time);
        }

        var end = await exit;
        await reading;
        var errors = Text(error);
        return end switch
        {
            _ when isLate && ending.IsCancellationRequested => GitAnswer.None("git was ended before it was done"),
            _ when isLate => GitAnswer.None($"git was ended after {limit.TotalSeconds:0} s. A filter, or another program in the configuration of the repository, may hang. {errors}".Trim()),
            _ when output.IsLong => GitAnswer.None($"git printed more than {OutputBytes:N0} bytes"),
            (CommandEndKind.Exit, _) => new(end.Code, Text(output), errors),
            (CommandEndKind.NotStarted, _) => GitAnswer.None(errors),
            _ => GitAnswer.None($"git was killed. {errors}".Trim()),
        };
    }

    private static string Text(CommandOutput stream) => RunResult.Readable(stream.Last(), out _).Trim();
}
