using System.Net;

namespace Backchannel.Native.Bus.Requests;

/// <summary>What counts as one address for a limit per address.</summary>
internal static class AddressSubject
{
    private const int NetworkBytes = 8;

    /// <returns>
    /// An IPv4 address, or an IPv6 network of 64 bits: one subscriber usually has all of it and could use a new address for every request.
    /// Empty for null, which means a Unix socket.
    /// </returns>
    public static string Of(IPAddress? address)
    {
        if (address is null)
        {
            return "";
        }

        Span<byte> bytes = stackalloc byte[16];
        address.MapToIPv6().TryWriteBytes(bytes, out _);
        var mapped = new IPAddress(bytes);
        if (mapped.IsIPv4MappedToIPv6)
        {
            return mapped.MapToIPv4().ToString();
        }

        bytes[NetworkBytes..].Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
