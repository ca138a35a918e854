using System.Buffers;
using Backchannel.Native.Bus.Requests;

namespace Backchannel.Native.Bus.Http;

/// <summary>The bus's own address in answers: the configured one, or the host that the client used.</summary>
/// <param name="configured">Takes precedence; null for none.</param>
/// <param name="allowedHosts">When a client used none of these, the first one is named; empty to allow every host.</param>
internal sealed class BaseAddress(string? configured, IReadOnlyList<string> allowedHosts)
{
    // Only these characters of a client's host are repeated in an answer.
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
