using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Backchannel.Native.Bus.Http;

/// <summary>The address that is told to clients: the configured one, or the host they named.</summary>
/// <param name="configured">Wins over everything; null for none.</param>
internal sealed class BaseAddress(string? configured)
{
    // A host is repeated in answers only if it cannot be anything but a host.
    private static readonly SearchValues<char> HostCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-:");

    public string For(HttpRequest request) =>
        configured ?? (request.Host.Value is { Length: > 0 } host && !host.AsSpan().ContainsAnyExcept(HostCharacters)
            ? $"{request.Scheme}://{host}"
            : "http://localhost");
}
