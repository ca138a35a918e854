using System.Security.Cryptography;
using System.Text;

namespace Backchannel.Native.Open;

/// <summary>Lets one browser in, once, within a minute: the token becomes a cookie.</summary>
/// <remarks>The token stands in a file of the user's own. Other users of the machine reach the port too, but not the file.</remarks>
internal sealed class EntryToken(TimeProvider timeProvider)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    private const int Bytes = 32;

    private readonly Lock gate = new();
    private readonly long start = timeProvider.GetTimestamp();
    private bool isUsed;

    public string Text { get; } = NewSecret();

    /// <summary>The value of the cookie.</summary>
    public string Cookie { get; } = NewSecret();

    /// <summary>What the page's own scripts send in a header. A browser sends a cookie to each port of this machine, but shows this to one only.</summary>
    public string PageSecret { get; } = NewSecret();

    /// <returns>Whether the cookie may be handed out: false for a wrong token, and for a right one that was used or is too old.</returns>
    public bool TryUse(string? token)
    {
        lock (gate)
        {
            if (isUsed || timeProvider.GetElapsedTime(start) > Lifetime || !Equal(token, Text))
            {
                return false;
            }

            isUsed = true;
            return true;
        }
    }

    public bool IsIn(IEnumerable<string> cookies, string? pageSecret) => cookies.Any(cookie => Equal(cookie, Cookie)) & Equal(pageSecret, PageSecret);

    /// <summary>In a time that does not tell how many characters are right.</summary>
    private static bool Equal(string? given, string secret) =>
        given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(secret));

    private static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));
}
