using Backchannel.Native.Work;

namespace Backchannel.Native.Tests.Work;

public sealed class CommandLineTests
{
    [Fact]
    public void Only_a_whole_argument_stands_for_the_task() =>
        Assert.Equal(["{task}", "a b", "--x={task}", "a b"], CommandLine.With(["{task}", "{task}", "--x={task}", "{task}"], "a b"));

    [Theory]
    [InlineData("--dangerously-skip-permissions")]
    [InlineData("-")]
    [InlineData("a\0b")]
    public void A_task_that_is_no_plain_argument_is_refused(string task) => Assert.NotNull(CommandLine.Refusal(task));

    [Theory]
    [InlineData("")]
    [InlineData(" -a")]
    [InlineData("a\n-b")]
    public void Any_other_task_is_taken(string task) => Assert.Null(CommandLine.Refusal(task));
}
