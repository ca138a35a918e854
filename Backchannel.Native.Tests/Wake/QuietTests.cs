using Backchannel.Native.Wake;

namespace Backchannel.Native.Tests.Wake;

public sealed class QuietTests
{
    private readonly SignallingTimeProvider time = new();
    private readonly Quiet quiet;

    public QuietTests() => quiet = new(time);

    [Fact]
    public void The_first_call_after_half_an_hour_without_call_and_wake_breaks_it()
    {
        Call();
        time.Advance(TimeSpan.FromMinutes(30));
        Call();

        Assert.True(quiet.IsBroken);
        quiet.NoteWake();
        Assert.False(quiet.IsBroken);
    }

    [Fact]
    public void The_first_call_of_all_does_not_break_it()
    {
        Call();

        Assert.False(quiet.IsBroken);
    }

    [Fact]
    public void Agents_that_wake_each_other_do_not_break_it_however_long_they_go_on()
    {
        for (var wake = 0; wake < 100; wake++)
        {
            quiet.NoteWake();
            time.Advance(TimeSpan.FromMinutes(20));
            Call();
            time.Advance(TimeSpan.FromMinutes(20));
        }

        Assert.False(quiet.IsBroken);
    }

    [Fact]
    public void A_call_that_waits_for_hours_is_no_quiet()
    {
        quiet.BeginCall();
        time.Advance(TimeSpan.FromHours(1));
        Call();
        time.Advance(TimeSpan.FromHours(1));
        quiet.EndCall();
        Call();

        Assert.False(quiet.IsBroken);
    }

    private void Call()
    {
        quiet.BeginCall();
        quiet.EndCall();
    }
}
