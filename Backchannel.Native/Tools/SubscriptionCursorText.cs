using System.Buffers.Text;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Tools;

/// <summary>The opaque form of a <see cref="SubscriptionCursor"/>: five bytes or so for each message that has to be remembered.</summary>
internal static class SubscriptionCursorText
{
    private const string Prefix = "bc1.";
    private const int MaxLength = 64 * 1024;

    public static string Format(SubscriptionCursor cursor, string channelId)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write7BitEncodedInt(ShownMark.Hash(channelId));
        writer.Write7BitEncodedInt64(cursor.Settled + 1 ?? 0);
        writer.Write7BitEncodedInt(cursor.Shown.Count);
        var time = cursor.Settled ?? 0;
        foreach (var mark in cursor.Shown)
        {
            writer.Write7BitEncodedInt64(mark.Time - time);
            writer.Write((byte)(mark.IdHash >> 16));
            writer.Write((ushort)mark.IdHash);
            time = mark.Time;
        }

        return Prefix + Base64Url.EncodeToString(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    /// <param name="text">A cursor of <see cref="Format"/>, a timestamp, or nothing: from the beginning.</param>
    /// <exception cref="ToolException">It is none of these, or a cursor of another channel.</exception>
    public static SubscriptionCursor Parse(string? text, string channelId)
    {
        if (string.IsNullOrEmpty(text))
        {
            return SubscriptionCursor.Start;
        }

        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return SubscriptionCursor.FromTimestamp(text) ?? throw Unreadable(text);
        }

        if (text.Length > MaxLength || !Base64Url.IsValid(text.AsSpan(Prefix.Length)))
        {
            throw Unreadable(text);
        }

        using var reader = new BinaryReader(new MemoryStream(Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length))));
        try
        {
            return reader.Read7BitEncodedInt() == ShownMark.Hash(channelId)
                ? Read(reader)
                : throw new ToolException(
                    "since: this cursor belongs to another channel.\nLeave since out to read this channel from its beginning.");
        }
        catch (Exception exception) when (exception is EndOfStreamException or FormatException or OverflowException)
        {
            throw Unreadable(text);
        }
    }

    private static SubscriptionCursor Read(BinaryReader reader)
    {
        var settled = reader.Read7BitEncodedInt64() is > 0 and var stored ? stored - 1 : (long?)null;
        var count = reader.Read7BitEncodedInt();
        var shown = new List<ShownMark>();
        for (var time = settled ?? 0; shown.Count < count;)
        {
            time += reader.Read7BitEncodedInt64();
            shown.Add(new(time, reader.ReadByte() << 16 | reader.ReadUInt16()));
        }

        var latest = (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return settled > latest || shown.Exists(mark => mark.Time < 0 || mark.Time > latest)
            ? throw new FormatException()
            : new(settled, shown);
    }

    private static ToolException Unreadable(string text) => new(
        $"since: '{ShownText.Clean(text, 40)}' is neither a next_cursor of subscribe nor a time such as 2026-04-06T14:00:00Z.\n"
        + "Pass next_cursor exactly as it came, or leave since out to read from the beginning.");
}
