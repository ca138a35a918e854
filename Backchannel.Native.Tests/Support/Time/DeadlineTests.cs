namespace Backchannel.Native.Tests.Support.Time;

public sealed class DeadlineTests
{
    [Fact]
    public async Task A_step_that_does_not_come_is_told_with_what_it_was_and_the_state()
    {
        var step = new TaskCompletionSource<int>();

        var failure = await Assert.ThrowsAsync<TimeoutException>(() => step.Task.Within(() => "the log", TimeSpan.Zero, "the worker's answer"));

        Assert.Equal("After 0 s the test still waits for: the worker's answer\nthe log", failure.Message);
    }

    [Fact]
    public async Task A_steps_own_failure_is_passed_on_as_it_is()
    {
        var failed = Task.FromException(new TimeoutException("of the program itself"));

        Assert.Equal("of the program itself", (await Assert.ThrowsAsync<TimeoutException>(() => failed.Within())).Message);
    }
}
