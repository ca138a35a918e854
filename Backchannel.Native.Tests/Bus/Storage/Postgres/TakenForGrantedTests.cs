using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Storage.Postgres;

/// <summary>An insert that may find its row there is taken to write it. Where that is wrong, the batch runs again and nothing shows.</summary>
public sealed class TakenForGrantedTests
{
    [PostgresFact]
    public async Task Answers_with_one_time_are_stored_one_after_the_other_and_no_write_of_their_batch_fails()
    {
        using var home = new TestDatabase(isPostgres: true);
        using var database = BusDatabase.Open(home.Path, TimeProvider.System, static _ => { });
        var at = Instant.Now(TimeProvider.System);
        await AddAsync(1);
        using var release = new ManualResetEventSlim();
        var holding = database.Writes.RunAsync(_ => release.Wait(Deadline.Time));
        List<Task<bool>> adding = [AddAsync(2), AddAsync(3), database.Writes.RunAsync(static _ => true)];

        release.Set();
        await holding;
        await Task.WhenAll(adding).Within();

        Assert.Equal("1,2,3", string.Join(',', DatabaseFile.QueryTexts(home.Path, "SELECT digest FROM answers ORDER BY stored_at")));

        Task<bool> AddAsync(long number) => database.Writes.RunAsync(context =>
        {
            context.Storage.Answers.Add(new KeyDigest(number, number), at, new KeptAnswer(1, 204, default, null));
            return true;
        });
    }
}
