using Backchannel.Native.Tests.Support.Postgres;

namespace Backchannel.Native.Tests.Bus.Storage.Postgres.Faults;

/// <summary>Whether a primary waits for its standby.</summary>
internal static class StandbySteps
{
    private const string Confirms = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync' AND state = 'streaming'";
    private const string Waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";

    /// <summary>From now on a commit is done once the standby has it.</summary>
    public static Task RequireStandbyAsync(this PostgresServer primary) =>
        SetAsync(primary, "ALTER SYSTEM SET synchronous_standby_names = '*'", Confirms, "1");

    public static Task StopWaitingAsync(this PostgresServer primary) => SetAsync(primary, "ALTER SYSTEM RESET synchronous_standby_names", Waits, "0");

    private static async Task SetAsync(PostgresServer primary, string setting, string question, string answer)
    {
        await primary.QueryAsync(PostgresServer.Administrator, setting);
        await primary.QueryAsync(PostgresServer.Administrator, "SELECT pg_reload_conf()");
        var deadline = Deadline.Token();
        while (await primary.QueryAsync(PostgresServer.Administrator, question) != answer)
        {
            Assert.False(deadline.IsCancellationRequested, primary.Log);
        }
    }
}
