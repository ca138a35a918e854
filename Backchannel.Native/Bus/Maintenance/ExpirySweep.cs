using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Maintenance;

/// <summary>Moves expired messages to the archive and removes what is kept for a time only.</summary>
internal sealed class ExpirySweep(BusDatabase database) : IMaintenancePass
{
    // Small enough that writers hardly notice.
    private const int Slice = 200;

    public string Name => "expiry";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var (channel, ttlSeconds, retentionDays) in database.Read(storage => storage.Channels.Lifetimes()))
        {
            while (!cancellationToken.IsCancellationRequested
                && await database.Writes.RunAsync(context => Archive(context, channel, ttlSeconds)) == Slice)
            {
            }

            while (!cancellationToken.IsCancellationRequested
                && await database.Writes.RunAsync(context => Purge(context, channel, retentionDays)) == Slice)
            {
            }
        }

        await database.Writes.RunAsync(RemoveOld);
    }

    private static int Archive(WriteContext context, long channel, int ttlSeconds)
    {
        var due = context.Storage.Archive.Due(channel, context.Now - (ttlSeconds * Instant.PerSecond), Slice);
        foreach (var message in due)
        {
            context.Storage.Archive.Move(message, retracted: false, context.Now);
        }

        return due.Count;
    }

    private static int Purge(WriteContext context, long channel, int retentionDays) =>
        context.Storage.Archive.Purge(channel, context.Now - (long)(TimeSpan.FromDays(retentionDays).TotalSeconds * Instant.PerSecond), Slice);

    private static bool RemoveOld(WriteContext context)
    {
        context.Storage.Answers.DeleteExpired(context.Now);
        context.Storage.Events.DeleteExpired(context.Now);
        context.Storage.Invitations.DeleteOver(context.Now);
        context.Storage.Sessions.DeleteExpired(context.Now);
        context.Storage.Webhooks.ForgetMentions(context.Now);
        return true;
    }
}
