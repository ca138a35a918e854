using System.Security.Cryptography;
using System.Text;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>The secret that identifies a process when it claims, renews and ends tasks. No answer shows it.</summary>
/// <remarks>Only its hash is stored: a reader of the database cannot act for the process.</remarks>
internal static class SessionSecret
{
    private const int MinLength = 16;
    private const int MaxLength = 200;

    /// <summary>The hash of the secret in a request; null when it names none.</summary>
    public static string? Read(JsonFields fields)
    {
        if (fields.OptionalString("session") is not { } secret)
        {
            return null;
        }

        return secret.Length is >= MinLength and <= MaxLength
            ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)))
            : throw new ApiException(
                422, ErrorCodes.InvalidField, $"'session' has to be a secret of {MinLength} to {MaxLength} characters that nobody can guess.");
    }

    /// <summary>Like <see cref="Read"/>, but a request without one is refused.</summary>
    public static string Require(JsonFields fields) =>
        Read(fields) ?? throw new ApiException(422, ErrorCodes.MissingField, "'session' is required.");
}
