using System.Buffers;
using Backchannel.Native.Bus.Requests;

namespace Backchannel.Native.Bus.Http;

/// <summary>The address that is told to clients: the configured one, or the host they named.</summary>
/// <param name="configured">Wins over everything; null for none.</param>
/// <param name="allowedHosts">If there are any, another host is told the first of them.</param>
internal sealed class BaseAddress(string? configured, IReadOnlyList<string> allowedHosts)
{
    // A host is repeated in answers only if it cannot be anything but a host.
    private static readonly SearchValues<char> HostCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-:[]");

    public string For(CallerAddress caller) => configured ?? $"{caller.Scheme}://{Host(caller.Host)}";

    private string Host(string? named)
    {
        var host = named is { Length: > 0 } && !named.AsSpan().ContainsAnyExcept(HostCharacters) ? named : null;
        if (allowedHosts.Count == 0)
        {
            return host ?? "localhost";
        }

        return host is not null && allowedHosts.Any(allowed => IsHost(allowed, host)) ? host : allowedHosts[0];
    }

    // An entry without a port allows every port.
    private static bool IsHost(string allowed, string host) =>
        host.Equals(allowed, StringComparison.OrdinalIgnoreCase)
        || (host.LastIndexOf(':') is > 0 and var colon && host.AsSpan(0, colon).Equals(allowed, StringComparison.OrdinalIgnoreCase));
}
