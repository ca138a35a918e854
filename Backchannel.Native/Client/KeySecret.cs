using System.Security.Cryptography;
using System.Text;

namespace Backchannel.Native.Client;

/// <summary>Secrets that a key gives for texts: the same in every process with that key, and unknown to everybody else. None gives the key away.</summary>
internal static class KeySecret
{
    /// <param name="purpose">Two purposes give two secrets for one text.</param>
    public static byte[] Derive(ApiKey key, string purpose, ReadOnlySpan<byte> text)
    {
        var ofPurpose = HMACSHA256.HashData(Encoding.UTF8.GetBytes(key.Value), Encoding.UTF8.GetBytes(purpose));
        return HMACSHA256.HashData(ofPurpose, text);
    }
}
