using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Notes something on a task for this process.</summary>
internal sealed class TaskNoting(LeaseTaking taking, HeldLeases held, DefaultActor defaultActor)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(Limits.DefaultLeaseSeconds);

    /// <summary>What this process calls itself.</summary>
    public string Name => defaultActor.Name;

    /// <param name="kind">One of <see cref="NoteKinds"/>.</param>
    /// <param name="question">Id of the question that is answered; null: the newest one.</param>
    public async Task<NoteOutcome> AddAsync(
        BackchannelClient bus, string messageId, string kind, string? text, int? percent, string? question, CancellationToken cancellationToken)
    {
        var session = held.Find(messageId)?.Session ?? await taking.SessionAsync(bus, cancellationToken);
        return await bus.AddNoteAsync(
            messageId, new(kind, text, percent, question, session?.Secret, ActorLabel: defaultActor.Name), cancellationToken);
    }

    /// <summary>
    /// The same as the task's worker. A task of a session that is gone is taken over first, so that its lease is renewed from then on; a command in a
    /// shell could not renew it.
    /// </summary>
    public async Task<NoteOutcome> AddAsHolderAsync(
        BackchannelClient bus, string messageId, string kind, string? text, int? percent, CancellationToken cancellationToken)
    {
        if (held.Find(messageId) is not { IsLost: false } && !taking.IsDetached && await taking.SessionAsync(bus, cancellationToken) is not null)
        {
            try
            {
                await taking.TakeOverAsync(bus, messageId, defaultActor.Name, Lease, cancellationToken);
            }
            catch (BackchannelException refusal) when (refusal.Status is 409 or 410)
            {
                // The refusal of the note says more exactly what stands.
            }
        }

        return await AddAsync(bus, messageId, kind, text, percent, null, cancellationToken);
    }
}
