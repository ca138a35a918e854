using System.Text;
using Backchannel.Native.Cli.Watch;

namespace Backchannel.Native.Tests.Cli.Watch;

/// <summary>What a terminal sends, as keys.</summary>
public sealed class KeyDecoderTests
{
    [Theory]
    [InlineData("\e[A", "Up")]
    [InlineData("\eOB", "Down")]
    [InlineData("\e[5~", "PageUp")]
    [InlineData("\e[1~", "Home")]
    [InlineData("\e[F", "End")]
    [InlineData("\e", "Escape")]
    [InlineData("\e[15~", "Other")]
    [InlineData("\r", "Enter")]
    [InlineData("\x7F", "Backspace")]
    [InlineData("\x03", "Interrupt")]
    [InlineData("\x1A", "Other")]
    [InlineData("\u009b", "Other")]
    [InlineData("q", "Text")]
    public void A_sequence_is_one_key(string sent, string expected) =>
        Assert.Equal(expected, string.Join(' ', new KeyDecoder().Decode(Encoding.UTF8.GetBytes(sent)).Select(key => key.Key)));

    [Fact]
    public void A_sequence_and_a_character_may_come_in_pieces()
    {
        var decoder = new KeyDecoder();

        var first = decoder.Decode("\e["u8);
        var then = decoder.Decode("A"u8);
        var letters = Encoding.UTF8.GetBytes("é🎉").SelectMany(letter => decoder.Decode([letter])).ToList();

        Assert.Empty(first);
        Assert.Equal(WatchKey.Up, Assert.Single(then).Key);
        Assert.Equal(["é", "🎉"], letters.Select(key => key.Text));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(9)]
    public void The_letters_of_a_paste_are_no_keys_whatever_pieces_it_comes_in(int size)
    {
        var decoder = new KeyDecoder();

        var keys = "a\e[200~cy\e[A\nq\e[201~b"u8.ToArray().Chunk(size).SelectMany(piece => decoder.Decode(piece)).ToList();

        Assert.Equal([new(WatchKey.Text, "a"), new(WatchKey.Paste, "cy\e[A\nq"), new(WatchKey.Text, "b")], keys);
    }

    [Fact]
    public void A_paste_without_an_end_takes_no_more_memory()
    {
        var decoder = new KeyDecoder();
        decoder.Decode("\e[200~"u8);
        for (var round = 0; round < 300; round++)
        {
            decoder.Decode(new byte[1024]);
        }

        var key = Assert.Single(decoder.Decode("\e[201~"u8));

        Assert.Equal((WatchKey.Paste, 64 * 1024), (key.Key, key.Text.Length));
    }
}
