using Backchannel.Native.Open;

namespace Backchannel.Native.Tests.Open;

public sealed class EntryTokenTests
{
    private readonly SignallingTimeProvider time = new();

    [Fact]
    public void A_token_lets_one_browser_in_once()
    {
        var entry = new EntryToken(time);

        Assert.True(entry.TryUse(entry.Text));
        Assert.False(entry.TryUse(entry.Text));
    }

    [Fact]
    public void A_wrong_token_does_not_use_up_the_right_one()
    {
        var entry = new EntryToken(time);

        Assert.False(entry.TryUse(null));
        Assert.False(entry.TryUse(""));
        Assert.False(entry.TryUse(entry.Text[..^1]));
        Assert.False(entry.TryUse(entry.Cookie));
        Assert.True(entry.TryUse(entry.Text));
    }

    [Fact]
    public void A_token_is_of_no_use_after_a_minute()
    {
        var (inTime, late) = (new EntryToken(time), new EntryToken(time));

        time.Advance(EntryToken.Lifetime);
        Assert.True(inTime.TryUse(inTime.Text));
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(late.TryUse(late.Text));
    }

    [Fact]
    public void A_browser_is_in_by_one_of_its_cookies_and_by_the_secret_of_the_page_together()
    {
        var entry = new EntryToken(time);

        Assert.True(entry.IsIn(["other", entry.Cookie], entry.PageSecret));
        Assert.False(entry.IsIn([entry.Cookie], null));
        Assert.False(entry.IsIn([entry.Cookie], entry.Cookie));
        Assert.False(entry.IsIn([], entry.PageSecret));
        Assert.False(entry.IsIn([entry.PageSecret], entry.PageSecret));
    }

    [Fact]
    public void Each_secret_is_another_one()
    {
        var (one, other) = (new EntryToken(time), new EntryToken(time));

        Assert.Equal(6, new HashSet<string> { one.Text, one.Cookie, one.PageSecret, other.Text, other.Cookie, other.PageSecret }.Count);
    }
}
