using System.CommandLine;
using Backchannel.Native.Wake;

namespace Backchannel.Native.Cli;

/// <summary>What an agent host runs so that its session hears what is new.</summary>
internal sealed class HookCommand : Command
{
    private const string Verb = "hook";
    private const string ForSession = "--wait";
    private const string ForInput = "--typed";

    private readonly Argument<string> client = new("CLIENT") { Description = $"One of {string.Join(", ", WakeHosts.All)}" };
    private readonly Option<bool> typed = new(ForInput) { Description = "Only note that the user has written something" };
    private readonly Option<bool> wait = new(ForSession) { Description = "Go on until the input ends, and print a line for each wake: for plugins and extensions" };

    public HookCommand(Surroundings surroundings)
        : base(Verb, "Say what is new to the session that runs this as a hook; 'config --wake' sets it up")
    {
        // Hosts call it, as 'config' has written it.
        Hidden = true;
        client.AcceptOnlyFromAmong([.. WakeHosts.All]);
        Add(client);
        Add(typed);
        Add(wait);
        SetAction((parsed, _) => RunAsync(surroundings, parsed.GetRequiredValue(client), Moment(parsed)));
    }

    /// <summary>Reads the usual call without the parser, which would take more time than the hook.</summary>
    /// <returns>Null: it is another call, or only the parser can tell.</returns>
    public static (string Host, HookMoment Moment)? Read(string[] arguments) => arguments switch
    {
        [Verb, var host] when WakeHosts.All.Contains(host) => (host, HookMoment.TurnEnd),
        [Verb, var host, ForSession] when WakeHosts.All.Contains(host) => (host, HookMoment.Session),
        [Verb, var host, ForInput] when WakeHosts.All.Contains(host) => (host, HookMoment.Input),
        _ => null,
    };

    /// <summary>Whether a host runs this as a hook, rightly or wrongly.</summary>
    /// <remarks>Such a call never ends with <see cref="ExitCode.WrongUsage"/> for a fault of its own: that is the number with which a hook wakes Claude Code.</remarks>
    public static bool IsNamed(string[] arguments) => arguments is [Verb, ..];

    /// <returns>The exit code that the host understands.</returns>
    public static async Task<int> RunAsync(Surroundings surroundings, string host, HookMoment moment)
    {
        var (home, _) = HomeFolder.Find(surroundings.Environment, surroundings.UserHome);
        using var ending = new CancellationTokenSource();
        using var parent = new ParentWatch(surroundings.TimeProvider, ending.Cancel);
        await using var output = new StreamWriter(surroundings.OpenOutput());
        await using var error = new StreamWriter(surroundings.OpenError());
        var options = new HookOptions
        {
            Host = host,
            Moment = moment,
            Folder = WakeFolder.In(ClientBinding.BusFolder(home)),
            ProcessId = surroundings.ProcessId,
            Environment = surroundings.Environment,
            Input = surroundings.IsTerminal() ? null : surroundings.OpenInput(),
            Output = output,
            Error = error,
        };
        parent.Start();
        try
        {
            return await new Hook(options, surroundings.TimeProvider).RunAsync(ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A host shows what a hook says as a fault of the session.
            return ExitCode.Done;
        }
    }

    private HookMoment Moment(ParseResult parsed) =>
        parsed.GetValue(wait) ? HookMoment.Session : parsed.GetValue(typed) ? HookMoment.Input : HookMoment.TurnEnd;
}
