using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Backchannel.Native.Bus.Requests;

/// <summary>Where a request came from, and the scheme and host that its sender used.</summary>
/// <param name="Source">The sender's address; null on a Unix socket.</param>
/// <param name="Scheme"><c>http</c> or <c>https</c>.</param>
/// <param name="Host">Name and port; unchecked.</param>
internal readonly record struct CallerAddress(IPAddress? Source, string Scheme, string? Host)
{
    /// <param name="trustedProxies">Networks whose <c>X-Forwarded-*</c> headers are believed. Any other sender could write anything there.</param>
    public static CallerAddress Of(HttpContext http, IReadOnlyList<IPNetwork> trustedProxies)
    {
        var direct = new CallerAddress(http.Connection.RemoteIpAddress, http.Request.Scheme, http.Request.Host.Value);
        if (trustedProxies.Count == 0 || !IsTrusted(direct.Source, trustedProxies))
        {
            return direct;
        }

        // Several lines of one header are one list.
        var headers = http.Request.Headers;
        var scheme = Last(headers["X-Forwarded-Proto"].ToString())?.ToLowerInvariant();
        return new CallerAddress(
            Sender(headers["X-Forwarded-For"].ToString(), trustedProxies) ?? direct.Source,
            scheme is "http" or "https" ? scheme : direct.Scheme,
            Last(headers["X-Forwarded-Host"].ToString()) ?? direct.Host);
    }

    /// <summary>The rightmost address that is not a trusted proxy. The entries left of it come from the sender and prove nothing.</summary>
    /// <returns>
    /// Null when there is none, or when an entry that is not an address comes first. A trusted proxy is never the source: a sender in its
    /// network could otherwise get a new address with every entry that it makes up.
    /// </returns>
    private static IPAddress? Sender(string forwardedFor, IReadOnlyList<IPNetwork> trustedProxies)
    {
        foreach (var part in forwardedFor.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            if (Address(part) is not { } address)
            {
                return null;
            }

            if (!IsTrusted(address, trustedProxies))
            {
                return address;
            }
        }

        return null;
    }

    /// <summary>Reads an address with or without a port, IPv6 with or without brackets, IPv4 in its usual form only.</summary>
    private static IPAddress? Address(string text) =>
        IPEndPoint.TryParse(text, out var endPoint)
        && (endPoint.AddressFamily == AddressFamily.InterNetworkV6 || text.Split(':')[0] == endPoint.Address.ToString())
            ? endPoint.Address
            : null;

    public static bool IsTrusted(IPAddress? address, IReadOnlyList<IPNetwork> trustedProxies)
    {
        if (address is null)
        {
            return false;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return trustedProxies.Any(network => network.Contains(plain));
    }

    // The nearest proxy appends its entry at the end.
    private static string? Last(string list) =>
        list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is [.., var last] ? last : null;
}
