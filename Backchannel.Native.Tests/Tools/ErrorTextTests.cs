using Backchannel.Native.Client;
using Backchannel.Native.Tools;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Tools;

public sealed class ErrorTextTests
{
    public static TheoryData<string> Codes =>
    [
        .. new[] { typeof(ErrorCodes), typeof(FaultCodes) }
            .SelectMany(type => type.GetFields())
            .Select(constant => (string)constant.GetRawConstantValue()!),
    ];

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_code_has_one_line_of_what_happened_and_one_of_what_to_do(string code)
    {
        var text = ErrorText.For(new("the thing\r\nis \u202ebroken") { Code = code, Status = 409 });

        var lines = text.Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Equal($"Backchannel error [409 {code}]: the thing is broken", lines[0]);
        Assert.EndsWith(".", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Advice_of_who_found_the_fault_beats_that_of_its_code()
    {
        var text = ErrorText.For(new("it cannot be started") { Code = FaultCodes.Unreachable, Advice = "Free the disk." });

        Assert.Equal("Backchannel error [unreachable]: it cannot be started\nTell the user: Free the disk. 'backchannel-mcp doctor' then checks it again.", text);
    }

    [Theory]
    [InlineData(422, "something_new", "Correct the named value and call again.")]
    [InlineData(409, "something_new", "The same call will be refused again: tell the user what the bus said.")]
    [InlineData(500, "something_new", "Try once more; if it persists, tell the user.")]
    [InlineData(413, "request_too_large", "Shorten it, or split it, or put the data somewhere both sides can read and send where it is.")]
    [InlineData(422, "metadata_too_large", "Shorten it, or split it, or put the data somewhere both sides can read and send where it is.")]
    [InlineData(410, "lease_expired", "Your claim on it is over, and another worker may have the task: do not go on with it. Call claim_task for the next one.")]
    public void Advice_fits_what_can_be_done(int status, string code, string advice)
    {
        var text = ErrorText.For(new("no") { Code = code, Status = status });

        Assert.Equal($"Backchannel error [{status} {code}]: no\n{advice}", text);
    }

    [Fact]
    public void Fault_without_an_answer_shows_no_status() =>
        Assert.StartsWith(
            "Backchannel error [unreachable]: ",
            ErrorText.For(new("no connection") { Code = FaultCodes.Unreachable }),
            StringComparison.Ordinal);

    [Fact]
    public void Bus_that_does_not_answer_is_asked_again_before_the_user_is() =>
        Assert.Contains(
            "\nThe bus does not answer, and what it has stored is kept. Call again in a minute; if it persists, ask the user",
            ErrorText.For(new("no connection") { Code = FaultCodes.Unreachable }),
            StringComparison.Ordinal);

    [Fact]
    public void Rate_limit_says_how_long_to_wait() =>
        Assert.Contains(
            "in 42 s",
            ErrorText.For(new("slow down") { Code = ErrorCodes.RateLimitExceeded, Status = 429, RetryAfter = TimeSpan.FromSeconds(41.2) }),
            StringComparison.Ordinal);
}
