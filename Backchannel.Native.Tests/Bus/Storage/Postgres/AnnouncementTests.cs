using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Postgres;

namespace Backchannel.Native.Tests.Bus.Storage.Postgres;

public sealed class AnnouncementTests
{
    [Fact]
    public void What_is_written_is_read_each_change_as_often_as_it_happened()
    {
        Change[] changes = [.. Enum.GetValues<ChangeKind>().Select(static (kind, i) => new Change(kind, i * 1_000_000_000_000L)), Change.OfWork(7), Change.OfWork(7), new(ChangeKind.Channel, -3)];

        var read = Announcement.Read(Announcement.Write("0123456789abcdef", 1_800_000_000_000_000, changes));

        Assert.NotNull(read);
        Assert.Equal(("0123456789abcdef", 1_800_000_000_000_000), (read.Process, read.LastTime));
        Assert.Equal(changes, read.Changes);
    }

    [Fact]
    public void What_is_too_long_for_a_notice_says_that_everything_may_have_changed()
    {
        var changes = Enumerable.Range(0, 1_000).Select(static number => Change.OfMessage(1_800_000_000_000_000 + number)).ToList();

        var text = Announcement.Write("0123456789abcdef", 1_800_000_000_000_000, changes);

        Assert.InRange(text.Length, 1, 7_999);
        Assert.Equal([Change.OfEverything], Announcement.Read(text)!.Changes);
        Assert.Equal(1_800_000_000_000_000, Announcement.Read(text)!.LastTime);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("x y")]
    [InlineData("x 1 0")]
    [InlineData("x 1 0:")]
    [InlineData("x 1 0:1:2")]
    [InlineData("x 1 99:1")]
    [InlineData("x 1 -1:1")]
    [InlineData("x 1  0:1")]
    [InlineData("{\"channel\":1}")]
    public void A_text_of_another_program_is_not_read(string text) => Assert.Null(Announcement.Read(text));
}
