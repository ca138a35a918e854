using System.Diagnostics.CodeAnalysis;

namespace Backchannel.Native.Client;

/// <summary>A raw key of a bus. A class of its own so that no record, log line or exception prints it by accident.</summary>
internal sealed class ApiKey : IEquatable<ApiKey>
{
    /// <summary>The bus's keys have 49 characters; other buses may use longer ones.</summary>
    private const int MaxLength = 512;

    private ApiKey(string value) => Value = value;

    /// <summary>The secret. For the request header and the key file, nothing else.</summary>
    public string Value { get; }

    /// <summary>The part before the dot, which is no secret; null where the key has another form.</summary>
    public string? Id => Value.IndexOf('.') is > 0 and var dot ? Value[..dot] : null;

    /// <summary>Reads a key, without the white space around it.</summary>
    /// <returns>False for what cannot be a key: empty, longer than 512 characters, or with anything but visible ASCII.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ApiKey? key)
    {
        var value = text?.Trim() ?? "";
        key = value.Length is > 0 and <= MaxLength && !value.AsSpan().ContainsAnyExceptInRange('!', '~') ? new ApiKey(value) : null;
        return key is not null;
    }

    public bool Equals(ApiKey? other) => other is not null && other.Value == Value;

    public override bool Equals(object? obj) => Equals(obj as ApiKey);

    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Id ?? "API key";
}
