using System.Security.Cryptography;
using System.Text;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Recognises a message that was shown, in few bytes: when it was created, and 24 bits of its id.</summary>
/// <param name="Time">Microseconds since 1970.</param>
/// <param name="IdHash">Tells messages of one microsecond apart.</param>
internal sealed record ShownMark(long Time, int IdHash)
{
    public static ShownMark Of(Message message) => new(TimeOf(message.CreatedAt), Hash(message.Id));

    /// <returns>0 for what is no time.</returns>
    public static long TimeOf(string createdAt) =>
        Timestamp.TryParse(createdAt, out var time) ? (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond : 0;

    public static string ToText(long time) =>
        Timestamp.ToText(DateTimeOffset.UnixEpoch.AddTicks(time * TimeSpan.TicksPerMicrosecond));

    public static int Hash(string text)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), digest);
        return digest[0] << 16 | digest[1] << 8 | digest[2];
    }
}
