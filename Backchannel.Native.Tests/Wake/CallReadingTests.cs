using System.Text;
using System.Text.Json;
using Backchannel.Native.Wake;

namespace Backchannel.Native.Tests.Wake;

public sealed class CallReadingTests
{
    private readonly SignallingTimeProvider time = new();
    private readonly SessionInterest interest;
    private readonly List<string> awaitedOfAll = [];
    private readonly CallReading reading;

    public CallReadingTests()
    {
        interest = new(time);
        reading = new(interest, ["reviews"], () => awaitedOfAll);
    }

    [Theory]
    [InlineData("""{"message_ids":[""]}""")]
    [InlineData("""{"message_ids":[" ","\t","\n","\u00a0","\u3000"]}""")]
    [InlineData("""{"message_id":" "}""")]
    public void What_cannot_be_an_id_is_not_awaited(string arguments)
    {
        Call("await_result", arguments, "");

        Assert.Empty(interest.Awaited);
    }

    [Fact]
    public void A_blank_at_the_edge_of_an_id_is_no_part_of_it()
    {
        Call("await_result", """{"message_ids":[" a","b ",""]}""", "");
        Call("await_result", """{"message_id":" c "}""", "");

        Assert.Equal(["a", "b", "c"], interest.Awaited);
    }

    [Fact]
    public void What_my_tasks_shows_as_posted_and_not_over_is_awaited()
    {
        Call("my_tasks", "{}", """{"posted":[{"message_id":"a","status":"open"},{"message_id":"b","status":"acknowledged"},{"message_id":"c","status":"claimed"},{"message_id":"d","status":"failed"}]}""");

        Assert.Equal(["a", "c"], interest.Awaited);
    }

    [Fact]
    public void What_another_living_session_waits_for_is_left_to_that()
    {
        awaitedOfAll.Add("a");
        Call("my_tasks", "{}", """{"posted":[{"message_id":"a","status":"open"},{"message_id":"b","status":"open"}]}""");

        Assert.Equal(["b"], interest.Awaited);
    }

    [Fact]
    public void A_question_that_my_tasks_has_shown_is_no_news()
    {
        Call("my_tasks", "{}", """{"posted":[{"message_id":"a","status":"claimed","question":{"id":"q","text":"Which?"}}]}""");
        interest.Raise(WakeEvent.Question("a", "q"));
        interest.Raise(WakeEvent.Question("a", "q-2"));
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(["question:q-2"], interest.Tellable().Events.Select(static one => one.Key));
    }

    private void Call(string tool, string arguments, string result) =>
        reading.Begin(tool, JsonElement.Parse(arguments))(Encoding.UTF8.GetBytes(result));
}
