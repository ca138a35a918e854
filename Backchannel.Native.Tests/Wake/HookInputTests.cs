using System.Text;
using Backchannel.Native.Wake;

namespace Backchannel.Native.Tests.Wake;

public sealed class HookInputTests
{
    [Theory]
    [InlineData("""{"hook_event_name":"UserPromptSubmit","prompt":"go on"}""", true, true)]
    [InlineData("""{"prompt":"go on","timestamp":1}""", true, true)]
    [InlineData("""{"hook_event_name":"BeforeAgent","prompt":"go on"}""", true, true)]
    [InlineData("""{"hook_event_name":"AfterAgent","prompt":"go on"}""", true, false)]
    [InlineData("""{"hook_event_name":"AfterAgent","prompt":"Your MCP server backchannel (a program, not the user) says: …"}""", false, false)]
    [InlineData("""{"hook_event_name":"UserPromptSubmit","prompt":"<cross_session_message>Your MCP server backchannel (a program, not the user) says: …"}""", false, true)]
    [InlineData("""{"hook_event_name":"UserPromptSubmit","prompt":"<task-notification>\n<task-id>1"}""", false, true)]
    [InlineData("""{"hook_event_name":"AfterAgent","prompt":"go on","stop_hook_active":true}""", false, false)]
    [InlineData("""{"hook_event_name":"AfterAgent","prompt":"go on","stop_hook_active":false}""", true, false)]
    [InlineData("""{"hook_event_name":"UserPromptSubmit","prompt":""}""", false, true)]
    [InlineData("""{"hook_event_name":"UserPromptSubmit","prompt":" \n"}""", false, true)]
    [InlineData("""{"prompt":""}""", false, true)]
    [InlineData("""{"hook_event_name":"Stop"}""", false, false)]
    [InlineData("""{"hook_event_name":3,"prompt":[]}""", false, false)]
    [InlineData("""{"hook_event_name":"UserPromptSubmit","prompt":"half a pair: \ud800"}""", false, false)]
    [InlineData("[]", false, false)]
    [InlineData("", false, false)]
    [InlineData("no JSON", false, false)]
    public void What_the_user_wrote_is_told_from_our_own_words(string json, bool isOfUser, bool isPromptEvent)
    {
        var input = HookInput.Parse(Encoding.UTF8.GetBytes(json));

        Assert.Equal((isOfUser, isPromptEvent), (input.IsOfUser, input.IsPromptEvent));
    }

    [Fact]
    public async Task An_input_that_begins_and_does_not_end_holds_the_hook_up_for_less_than_a_fifth_of_a_second()
    {
        var time = new SignallingTimeProvider();
        using var input = new InputStream { Bytes = 1 };
        var reading = HookInput.ReadAsync(input, time);
        await input.IsEmpty.Task.Within();
        var (first, second) = (await WaitAsync(), await WaitAsync());

        Assert.Equal(new HookInput(null, null), await reading.Within());
        Assert.InRange(first + second, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(150));

        async Task<TimeSpan> WaitAsync()
        {
            var due = await time.TimerAsync(static _ => true);
            time.Advance(due);
            return due;
        }
    }
}
