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
    public void Fault_without_an_answer_shows_no_status() =>
        Assert.StartsWith(
            "Backchannel error [unreachable]: ",
            ErrorText.For(new("no connection") { Code = FaultCodes.Unreachable }),
            StringComparison.Ordinal);

    [Fact]
    public void Rate_limit_says_how_long_to_wait() =>
        Assert.Contains(
            "in 42 s",
            ErrorText.For(new("slow down") { Code = ErrorCodes.RateLimitExceeded, Status = 429, RetryAfter = TimeSpan.FromSeconds(41.2) }),
            StringComparison.Ordinal);
}
