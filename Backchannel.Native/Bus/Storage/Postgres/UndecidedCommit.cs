using System.Globalization;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>Finds out whether a commit was kept whose answer did not come.</summary>
/// <remarks>
/// Every commit writes its number beside the name of its process. Who has the writer's lock knows that the transaction in question has ended, and
/// whether its number is there. Numbers of transactions would not do: a standby that becomes the primary gives them again. The look itself commits
/// a write, so that a primary which waits for its standby has also waited for the commit in question.
/// </remarks>
internal static class UndecidedCommit
{
    /// <summary>From the commit on. Its caller waits, and all that write behind it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <summary>In seconds: a standby that answers does so at once.</summary>
    private const int LongestConfirmation = 3;

    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(200);

    /// <param name="batch">The number of the commit.</param>
    /// <param name="start">When it was sent: a timestamp of the monotonic clock.</param>
    /// <returns>Whether it was kept.</returns>
    /// <exception cref="StorageException">That cannot be found out.</exception>
    public static bool IsKept(PostgresServer server, long batch, long start) => Last(server, start) >= batch;

    /// <returns>The number of the last commit of this process.</returns>
    /// <exception cref="StorageException">It cannot be found out.</exception>
    private static long Last(PostgresServer server, long start)
    {
        using var pause = new ManualResetEventSlim();
        while (true)
        {
            try
            {
                return Look(server) ?? throw new StorageException(StorageFailure.Undecided, "the standby has not confirmed the commit");
            }
            // Who waited for the lock in vain has waited long enough.
            catch (StorageException failure) when (failure is { IsUnavailable: true, IsHeld: false } && TimeProvider.System.GetElapsedTime(start) < Patience)
            {
                pause.Wait(LookAgainAfter);
            }
            catch (StorageException failure) when (!failure.IsUndecided)
            {
                throw new StorageException(StorageFailure.Undecided, $"the connection to the database was lost during the commit, and what became of it cannot be found out: {failure.Message}");
            }
        }
    }

    /// <returns>The number of the last commit of this process; null: the standby does not confirm anything.</returns>
    private static long? Look(PostgresServer server)
    {
        using var connection = new PostgresConnection(server.Source);
        connection.Open();
        connection.Run("BEGIN");
        connection.Run("SELECT last FROM writer FOR UPDATE");
        var rows = connection.Send([new SqlCommand($"SELECT batch FROM processes WHERE process = '{server.Process}'")])[0];
        connection.HasWarning = false;
        connection.Run(string.Create(CultureInfo.InvariantCulture, $"UPDATE writer SET process = 'look-{server.Process}'"));
        connection.Run("COMMIT");
        connection.LongestAnswer = LongestConfirmation;
        connection.Send([]);
        return connection.HasWarning ? null : rows.Count == 0 ? 0 : rows[0, 0].Number;
    }
}
