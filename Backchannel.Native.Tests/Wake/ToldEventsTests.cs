using Backchannel.Native.Wake;

namespace Backchannel.Native.Tests.Wake;

public sealed class ToldEventsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string File => Path.Combine(folder.Path, "session.told");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Of_all_who_want_to_tell_an_event_one_does()
    {
        var orders = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => TakeAsync(WakeEvent.Over("a", 1)))));

        Assert.Single(orders, static order => order.Events.Count == 1);
    }

    [Fact]
    public async Task An_event_that_was_told_is_left_out_and_the_others_are_told()
    {
        await TakeAsync(WakeEvent.Over("a", 1));

        var order = await TakeAsync(WakeEvent.Over("a", 1), WakeEvent.Over("b", 1));
        Assert.Equal("b", Assert.Single(order.Events).Id);
    }

    [Fact]
    public async Task After_twenty_wakes_nothing_is_told_until_the_user_has_said_something()
    {
        for (var count = 1; count <= 20; count++)
        {
            Assert.Equal(count == 20, (await TakeAsync(WakeEvent.Over($"{count}", 1))).IsLast);
        }

        Assert.Empty((await TakeAsync(WakeEvent.Over("more", 1))).Events);
        await Told().NoteInputAsync(CancellationToken.None);
        Assert.Single((await TakeAsync(WakeEvent.Over("more", 1))).Events);
    }

    [Fact]
    public async Task What_did_not_reach_the_session_may_be_told_by_another_and_does_not_count()
    {
        for (var count = 0; count < 50; count++)
        {
            var order = await TakeAsync(WakeEvent.Over("a", 1));
            Assert.Single(order.Events);
            await Told().GiveBackAsync(order.Events, isCounted: false, CancellationToken.None);
        }
    }

    [Fact]
    public async Task What_may_have_arrived_may_be_told_again_and_counts_as_a_wake()
    {
        for (var count = 0; count < 20; count++)
        {
            var order = await TakeAsync(WakeEvent.Over("a", 1));
            Assert.Single(order.Events);
            await Told().GiveBackAsync(order.Events, isCounted: true, CancellationToken.None);
        }

        Assert.Empty((await TakeAsync(WakeEvent.Over("a", 1))).Events);
    }

    [UnixFact]
    public async Task A_link_in_the_place_of_the_file_is_not_followed()
    {
        var target = folder.File("target");
        System.IO.File.CreateSymbolicLink(File, target);

        Assert.Empty((await TakeAsync(WakeEvent.Over("a", 1))).Events);
        Assert.False(System.IO.File.Exists(target));
    }

    [UnixFact]
    public async Task A_FIFO_in_the_place_of_the_file_holds_nobody_up()
    {
        await ProgramRun.RunAsync("mkfifo", [File]);

        Assert.Empty((await Task.Run(() => TakeAsync(WakeEvent.Over("a", 1))).Within()).Events);
    }

    [Fact]
    public async Task Many_inputs_of_the_user_do_not_make_the_file_grow()
    {
        await TakeAsync(WakeEvent.Over("a", 1));
        await Told().NoteInputAsync(CancellationToken.None);
        var length = new FileInfo(File).Length;
        await Told().NoteInputAsync(CancellationToken.None);

        Assert.Equal(length, new FileInfo(File).Length);
    }

    [Fact]
    public async Task After_very_many_events_the_next_is_told_once_and_the_last_ones_not_again()
    {
        var many = Enumerable.Range(0, 60_000).Select(static id => WakeEvent.Over($"{id:d36}", 1)).ToArray();
        Assert.Equal(many.Length, (await TakeAsync(many)).Events.Count);
        Assert.InRange(new FileInfo(File).Length, 2 * 1024 * 1024, 4 * 1024 * 1024);

        Assert.Single((await TakeAsync(WakeEvent.Over("a", 1))).Events);
        Assert.InRange(new FileInfo(File).Length, 1, 1024 * 1024);
        Assert.Empty((await TakeAsync(WakeEvent.Over("a", 1), many[^1])).Events);
    }

    private ToldEvents Told() => new(File, TimeProvider.System);

    private Task<WakeOrder> TakeAsync(params WakeEvent[] events) => Told().TakeAsync(events, CancellationToken.None);
}
