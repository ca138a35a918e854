using Backchannel.Native.Tools;

namespace Backchannel.Native.Tests.Tools;

public sealed class ToldQuestionsTests
{
    private readonly ToldQuestions told = new();

    [Fact]
    public void Question_is_told_once()
    {
        Assert.True(told.TryTell("task", "first"));
        Assert.False(told.TryTell("task", "first"));
        Assert.True(told.TryTell("task", "second"));
    }

    [Fact]
    public void Question_whose_call_was_cancelled_before_its_answer_is_told_again()
    {
        using var call = new CancellationTokenSource();
        Assert.True(told.TryTell("task", "first", call.Token));

        call.Cancel();

        Assert.True(told.TryTell("task", "first"));
    }
}
