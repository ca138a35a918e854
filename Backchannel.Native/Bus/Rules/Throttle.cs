using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>The refusals by rate limits.</summary>
internal static class Throttle
{
    /// <param name="window">The body's <c>retry_after</c>: when to try again.</param>
    /// <param name="header">The header <c>Retry-After</c>: the window of the request limit on every 429, as clients of the contract expect.</param>
    public static ApiException RateLimitExceeded(string message, TimeSpan window, TimeSpan header) =>
        new(429, ErrorCodes.RateLimitExceeded, message)
        {
            Extras = [new("retry_after", (int)window.TotalSeconds)],
            RetryAfterSeconds = (int)header.TotalSeconds,
        };
}
