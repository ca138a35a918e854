using System.Net;
using Microsoft.AspNetCore.Http;

namespace Backchannel.Native.Bus.Http;

/// <summary>Where a request came from and what it was sent to, as its sender sees it.</summary>
/// <param name="Source">The sender's address; null on a Unix socket.</param>
/// <param name="Scheme"><c>http</c> or <c>https</c>.</param>
/// <param name="Host">Name and port; unchecked.</param>
internal readonly record struct CallerAddress(IPAddress? Source, string Scheme, string? Host)
{
    /// <param name="trustedProxies">Networks whose <c>X-Forwarded-*</c> headers are believed; anybody else could write anything there.</param>
    public static CallerAddress Of(HttpContext http, IReadOnlyList<IPNetwork> trustedProxies)
    {
        var direct = new CallerAddress(http.Connection.RemoteIpAddress, http.Request.Scheme, http.Request.Host.Value);
        if (trustedProxies.Count == 0 || !IsTrusted(direct.Source, trustedProxies))
        {
            return direct;
        }

        var headers = http.Request.Headers;
        return new CallerAddress(
            Sender(headers["X-Forwarded-For"].ToString(), trustedProxies) ?? direct.Source,
            Last(headers["X-Forwarded-Proto"].ToString()) is "http" or "https" ? Last(headers["X-Forwarded-Proto"].ToString())! : direct.Scheme,
            Last(headers["X-Forwarded-Host"].ToString()) ?? direct.Host);
    }

    /// <summary>The rightmost address that is none of our proxies: what stands left of it was written by the sender.</summary>
    private static IPAddress? Sender(string forwardedFor, IReadOnlyList<IPNetwork> trustedProxies)
    {
        IPAddress? source = null;
        foreach (var part in forwardedFor.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            if (!IPEndPoint.TryParse(part, out var endPoint))
            {
                return source;
            }

            source = endPoint.Address;
            if (!IsTrusted(source, trustedProxies))
            {
                return source;
            }
        }

        return source;
    }

    public static bool IsTrusted(IPAddress? address, IReadOnlyList<IPNetwork> trustedProxies)
    {
        if (address is null)
        {
            return false;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return trustedProxies.Any(network => network.Contains(plain));
    }

    // The nearest proxy writes last.
    private static string? Last(string list) =>
        list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is [.., var last] ? last : null;
}
