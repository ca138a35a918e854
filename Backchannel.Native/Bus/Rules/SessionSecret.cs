using System.Security.Cryptography;
using System.Text;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>The secret by which a process names itself when it claims, renews and ends tasks; no answer shows it.</summary>
/// <remarks>Only a hash of the secret is stored: who reads the database cannot act for the process.</remarks>
internal static class SessionSecret
{
    /// <summary>Holds for a process that does not live on, such as a command in a shell: such a session is gone from the start.</summary>
    public const string Detached = "";

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

    /// <summary>The same where a request has to name one.</summary>
    public static string Require(JsonFields fields) =>
        Read(fields) ?? throw new ApiException(422, ErrorCodes.MissingField, "'session' is required.");
}
