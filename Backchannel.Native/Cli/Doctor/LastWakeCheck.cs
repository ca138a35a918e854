using System.Globalization;
using Backchannel.Native.Cli.Config;
using Backchannel.Native.Client;
using Backchannel.Native.Wake;

namespace Backchannel.Native.Cli.Doctor;

/// <summary>Whether the sessions that are open now took what their servers woke them with last.</summary>
internal static class LastWakeCheck
{
    /// <param name="busFolder">Where the local bus of this user lies or would lie.</param>
    public static IEnumerable<Finding> Run(string busFolder)
    {
        try
        {
            WakeFolder.Check(WakeFolder.In(busFolder));
            return
            [
                .. WakeFolder.States(WakeFolder.In(busFolder)).Select(Describe),
                .. WakeFolder.Obstacles(WakeFolder.In(busFolder)).Select(static path => new Finding(
                    "wake", Finding.Note, $"an open session is told nothing: what it was told is written down in {path}, and no file of yours lies there", "Remove what lies there. The session goes on by itself.")),
            ];
        }
        catch (BackchannelException exception)
        {
            return [new("wake", Finding.Note, $"no session is woken: {exception.Message}", "Sessions that are open go on by themselves within half a minute after that.")];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [new("wake", Finding.Note, $"not known how open sessions were woken: {exception.Message.TrimEnd('.')}", "It is written down in the folder of the local bus.")];
        }
    }

    public static Finding Describe(WakeState session)
    {
        var title = McpClients.All.FirstOrDefault(client => client.Name == session.Host)?.Title ?? "another client";
        var start = $"an open session of {title} on {session.Bus}";
        if (session.Tries is not [.., var last])
        {
            return new("wake", Finding.Ok, session.Way is { } way
                ? $"{start}: its server would wake it by its {way}; so far it had nothing to say"
                : $"{start}: its server cannot wake it; a hook, plugin or extension may");
        }

        var at = last.At.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        var failed = session.Tries.Reverse().TakeWhile(static one => one.Fault is not null).Count();
        return last switch
        {
            { Fault: { } fault } => new("wake", Finding.Note, $"{start}: at {at} its server could not wake it by its {last.Way}{(failed > 1 ? $", as in the {failed - 1} tries before" : "")}: {fault.TrimEnd('.')}", "It tries again after pauses that grow to 15 minutes. A hook tells it at the end of its next turn, if 'config --wake' has written one."),
            { IsHeard: true } => new("wake", Finding.Ok, $"{start}: its server woke it by its {last.Way} at {at}, and it called a tool of this server afterwards"),
            _ => new("wake", Finding.Note, $"{start}: its server sent it a message by its {last.Way} at {at}, and it has called no tool of this server since", "Look into that session: it may show a question about the message, or its settings hold such messages back."),
        };
    }
}
