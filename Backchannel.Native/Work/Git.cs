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

    private static readonly string[] Restrictions =
    [
        "--no-pager",
        "-c", "core.hooksPath=/dev/null",
        "-c", "core.fsmonitor=false",
        "-c", "log.showSignature=false",
        "-c", "submodule.recurse=false",
    ];

    public async Task<GitAnswer> RunAsync(params IEnumerable<string> arguments)
    {
        try
        {
            using var folder = new RunFolder();
            using var git = await GuardedCommand.StartAsync(
                executable, ["git", .. Restrictions, .. arguments], folder: "", CommandEnvironment.OfGit(), input: "", folder.GuardianStatus);
            return await AnswerAsync(git);
        }
        catch (Exception fault) when (fault is Win32Exception or IOException or UnauthorizedAccessException)
        {
            return GitAnswer.None($"git cannot be started: {fault.Message}");
        }
    }

    private async Task<GitAnswer> AnswerAsync(GuardedCommand git)
    {
        var output = new CommandOutput(OutputBytes, spool: null, time);
        var error = new CommandOutput(ErrorBytes, spool: null, time);
        var exit = git.WaitAsync();
        var reading = Task.WhenAll(output.ReadAsync(git.Output, exit), error.ReadAsync(git.Error, exit));
        await ((Task)exit).WaitAsync(Limit, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var isLate = !exit.IsCompleted;
        if (isLate)
        {
            git.Kill();
        }

        var end = await exit;
        await reading;
        var errors = Text(error);
        return end switch
        {
            _ when isLate => GitAnswer.None($"git was ended after {Limit.TotalSeconds:0} s. A filter, or another program in the configuration of the repository, may hang. {errors}".Trim()),
            _ when output.IsLong => GitAnswer.None($"git printed more than {OutputBytes:N0} bytes"),
            (CommandEndKind.Exit, _) => new(end.Code, Text(output), errors),
            (CommandEndKind.NotStarted, _) => GitAnswer.None(errors),
            _ => GitAnswer.None($"git was killed. {errors}".Trim()),
        };
    }

    private static string Text(CommandOutput stream) => RunResult.Readable(stream.Last(), out _).Trim();
}
