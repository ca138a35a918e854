using Backchannel.Native.Mcp;
using Backchannel.Native.Tools;

namespace Backchannel.Native.Tests.Tools;

public sealed class SubscriptionCursorTextTests
{
    private const string Channel = "0b0f3c1e-7a4e-4f6f-9d0a-3f5f3d0a9a11";

    [Fact]
    public void Cursor_comes_back_as_it_went_out()
    {
        ShownMark[] shown = [new(1_775_484_000_000_001, 0xFFFFFF), new(1_775_484_000_000_001, 0), new(1_775_484_007_999_999, 0x123456)];
        var cursor = new SubscriptionCursor(1_775_484_000_000_000, shown);

        var back = SubscriptionCursorText.Parse(SubscriptionCursorText.Format(cursor, Channel), Channel);

        Assert.Equal(cursor.Settled, back.Settled);
        Assert.Equal(shown, back.Shown);
    }

    [Fact]
    public void Cursor_of_an_empty_channel_starts_from_the_beginning()
    {
        var back = SubscriptionCursorText.Parse(SubscriptionCursorText.Format(SubscriptionCursor.Start, Channel), Channel);

        Assert.Null(back.ReadAfter);
    }

    [Fact]
    public void Timestamp_is_a_cursor()
    {
        var cursor = SubscriptionCursorText.Parse("2026-04-06T14:00:00.123456+00:00", Channel);

        Assert.Equal("2026-04-06T14:00:00.123456+00:00", cursor.ReadAfter);
    }

    [Theory]
    [InlineData("yesterday-ish")]
    [InlineData("bc1.")]
    [InlineData("bc1.!!!")]
    [InlineData("bc1.AAAA")]
    [InlineData("bc1.____________________________")]
    public void Anything_else_is_refused_with_what_is_allowed(string text)
    {
        var refusal = Assert.Throws<ToolException>(() => SubscriptionCursorText.Parse(text, Channel));

        Assert.StartsWith("since: ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_cut_of_a_cursor_is_refused_or_read_without_a_fault()
    {
        var text = SubscriptionCursorText.Format(new(1_775_484_000_000_000, [new(1_775_484_000_000_001, 7)]), Channel);

        for (var length = 1; length < text.Length; length++)
        {
            Assert.Throws<ToolException>(() => SubscriptionCursorText.Parse(text[..length], Channel));
        }
    }
}
