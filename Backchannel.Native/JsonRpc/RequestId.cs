using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Backchannel.Native.JsonRpc;

/// <summary>The id of a request: a string or a number without a fraction, answered with exactly the bytes that came.</summary>
/// <remarks>Never parsed into a number: integers beyond 2^53, or beyond 64 bits, come back unchanged.</remarks>
internal sealed class RequestId : IEquatable<RequestId>
{
    private readonly byte[] token;
    private string? key;

    private RequestId(ReadOnlySpan<byte> token) => this.token = token.ToArray();

    /// <summary>The JSON token as it was received.</summary>
    public ReadOnlySpan<byte> Token => token;

    /// <summary>Equal for two spellings of one string; a string never equals a number.</summary>
    private string Key => key ??= ReadKey(token);

    /// <summary>An id for a request of this side; no client takes it for one of its own.</summary>
    public static RequestId OfServer(int number) => new(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\"server-{number}\"")));

    /// <summary>Reads the value <paramref name="reader"/> stands on; false when it cannot be an id (null, a fraction, an object, …).</summary>
    public static bool TryRead(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, [NotNullWhen(true)] out RequestId? id)
    {
        var start = (int)reader.TokenStartIndex;
        var isId = reader.TokenType is JsonTokenType.String
            || (reader.TokenType is JsonTokenType.Number && IsWhole(reader.ValueSpan));
        id = isId ? new RequestId(json[start..(int)reader.BytesConsumed]) : null;
        return isId;
    }

    /// <summary>Reads an id from a JSON value that stands alone.</summary>
    public static bool TryParse(ReadOnlySpan<byte> json, [NotNullWhen(true)] out RequestId? id)
    {
        var reader = new Utf8JsonReader(json);
        id = null;
        return reader.Read() && TryRead(ref reader, json, out id);
    }

    public bool Equals(RequestId? other) => other is not null && string.Equals(Key, other.Key, StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as RequestId);

    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Encoding.UTF8.GetString(token);

    private static string ReadKey(ReadOnlySpan<byte> token)
    {
        var raw = Encoding.UTF8.GetString(token);
        if (!raw.Contains('\\'))
        {
            return raw;
        }

        var reader = new Utf8JsonReader(token);
        reader.Read();
        try
        {
            return $"\"{reader.GetString()}\"";
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate cannot be decoded; such an id is compared by its spelling.
            return raw;
        }
    }

    /// <summary>Whether a JSON number has no fraction by value: <c>1.0</c>, <c>1e2</c> and <c>100e-2</c> have none.</summary>
    private static bool IsWhole(ReadOnlySpan<byte> number)
    {
        var exponentAt = number.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = exponentAt < 0 ? number : number[..exponentAt];
        var pointAt = mantissa.IndexOf((byte)'.');
        if (pointAt < 0 && exponentAt < 0)
        {
            return true;
        }

        var exponent = 0;
        if (exponentAt >= 0 && !int.TryParse(number[(exponentAt + 1)..], out exponent))
        {
            return false;
        }

        var decimals = pointAt < 0 ? 0 : mantissa.Length - pointAt - 1;
        var zeros = 0;
        for (var index = mantissa.Length - 1; index >= 0 && mantissa[index] is (byte)'0' or (byte)'.'; index--)
        {
            zeros += mantissa[index] == '0' ? 1 : 0;
        }

        var isZero = mantissa.IndexOfAnyInRange((byte)'1', (byte)'9') < 0;
        return isZero || (long)exponent - decimals + zeros >= 0;
    }
}
