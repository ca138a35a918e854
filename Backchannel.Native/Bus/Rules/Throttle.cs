using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Refusals of those who ask too often.</summary>
internal static class Throttle
{
    /// <param name="window">What the body says: when trying again makes sense.</param>
    /// <param name="header">What <c>Retry-After</c> says: the window of the request limiter on every 429, as clients of the contract expect.</param>
    public static ApiException RateLimitExceeded(string message, TimeSpan window, TimeSpan header) =>
        new(429, ErrorCodes.RateLimitExceeded, message)
        {
            Extras = [new("retry_after", (int)window.TotalSeconds)],
            RetryAfterSeconds = (int)header.TotalSeconds,
        };
}
