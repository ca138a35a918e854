using Backchannel.Native.Client;
using Backchannel.Native.Tools;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Work;

/// <summary>Sends the last line of a command's output as its task's progress, every few seconds and only where it is a new one.</summary>
internal sealed class ProgressNotes(BackchannelClient bus, HeldLease lease, CommandRun command, TimeProvider time)
{
    private const int MaxLength = 200;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <param name="ended">Ends it; a note under way is left to itself.</param>
    public async Task RunAsync(CancellationToken ended)
    {
        string? last = null;
        try
        {
            while (lease.Session is { } session && await bus.Connection.Additions.OfferAsync(Additions.TaskNotes, ended))
            {
                await Task.Delay(Interval, time, ended);
                if (command.LastLine is not { } line || ShownText.Clean(line, MaxLength) is not { Length: > 0 } text || text == last)
                {
                    continue;
                }

                last = text;
                await bus.AddNoteAsync(lease.MessageId, new(NoteKinds.Progress, text, Session: session.Secret, Actor: lease.Actor.Id), ended);
            }
        }
        catch (BackchannelException)
        {
            // A note is no part of the work. If the task is no longer held, the renewal says so.
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
        }
    }
}
