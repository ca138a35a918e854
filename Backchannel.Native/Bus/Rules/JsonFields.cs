using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Backchannel.Native.Text;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>The body of a request: a JSON object whose members are read with the contract's checks.</summary>
internal sealed class JsonFields
{
    /// <summary>Deepest nesting of a body. Stored values are nested into answers, which most JSON readers refuse beyond 64 levels.</summary>
    public const int MaxDepth = 60;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth };
    private static readonly SearchValues<byte> WholeNumber = SearchValues.Create("-0123456789"u8);
    private static readonly JsonElement Empty = JsonDocument.Parse("{}").RootElement.Clone();

    private readonly int maxMetadataBytes;

    private JsonFields(JsonElement root, int maxMetadataBytes)
    {
        Root = root;
        this.maxMetadataBytes = maxMetadataBytes;
    }

    public JsonElement Root { get; }

    /// <param name="maxMetadataBytes">Longest text of a <c>metadata</c> member.</param>
    /// <exception cref="ApiException">Not JSON, or not an object.</exception>
    public static JsonFields Parse(ReadOnlyMemory<byte> body, int maxMetadataBytes)
    {
        if (body.IsEmpty)
        {
            return new JsonFields(Empty, maxMetadataBytes);
        }

        // A lone surrogate cannot be stored as UTF-8. The parser checks a string only when it is read, too late to refuse the body.
        if (!Utf8.IsValid(body.Span) || LoneSurrogates.AreIn(body.Span))
        {
            throw InvalidJson();
        }

        JsonElement root;
        try
        {
            root = JsonDocument.Parse(body, Options).RootElement;
        }
        catch (JsonException)
        {
            throw InvalidJson();
        }

        return root.ValueKind == JsonValueKind.Object
            ? new JsonFields(root, maxMetadataBytes)
            : throw new ApiException(422, ErrorCodes.InvalidJsonShape, "The body has to be a JSON object.");
    }

    private static ApiException InvalidJson() =>
        new(400, ErrorCodes.InvalidJson, "The body is not valid JSON in UTF-8, or is nested too deeply.");

    public bool Has(string name) => Root.TryGetProperty(name, out _);

    public bool IsNull(string name) => Root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Null;

    public bool TryGet(string name, out JsonElement value) => Root.TryGetProperty(name, out value);

    /// <summary>A string that has to be there, trimmed.</summary>
    public string RequiredString(string name) =>
        Root.TryGetProperty(name, out var value)
            ? NonBlank(name, value)
            : throw new ApiException(422, ErrorCodes.MissingField, $"'{name}' is required.");

    /// <summary>A trimmed string, or null when it is absent or null.</summary>
    public string? OptionalString(string name) =>
        Root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? NonBlank(name, value) : null;

    /// <summary>A required string that is shown wherever its owner is.</summary>
    public string RequiredName(string name) => RequireNameLength(name, RequiredString(name));

    /// <summary>The same, or null when it is absent or null.</summary>
    public string? OptionalName(string name) => OptionalString(name) is { } text ? RequireNameLength(name, text) : null;

    /// <summary>The text of an object, or null when it is absent, null or empty.</summary>
    public string? OptionalObject(string name)
    {
        if (!Root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw new ApiException(422, ErrorCodes.InvalidObject, $"'{name}' has to be an object.");
        }

        return value.EnumerateObject().MoveNext() ? Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(value)) : null;
    }

    /// <summary>The members of an object within the body; null when it is absent or null.</summary>
    public JsonFields? OptionalFields(string name) =>
        !Root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Object ? new(value, maxMetadataBytes)
        : throw new ApiException(422, ErrorCodes.InvalidObject, $"'{name}' has to be an object.");

    /// <summary>The text of the <c>metadata</c>, an object as large as a content may be; null when it is absent, null or empty.</summary>
    public string? Metadata()
    {
        var text = OptionalObject("metadata");
        var bytes = text is null ? 0 : Encoding.UTF8.GetByteCount(text);
        return bytes <= maxMetadataBytes
            ? text
            : throw new ApiException(422, ErrorCodes.MetadataTooLarge, $"metadata is {bytes:N0} bytes of JSON; the limit is {maxMetadataBytes:N0}.")
            {
                Extras = [new("max_metadata_bytes", maxMetadataBytes), new("received_bytes", bytes)],
            };
    }

    /// <summary>A whole number within limits; absent: the default; null: refused.</summary>
    public int Int32(string name, int minimum, int maximum, int otherwise, string code) =>
        Root.TryGetProperty(name, out var value) ? Int32(name, value, minimum, maximum, code) : otherwise;

    /// <summary>A whole number within limits; null when it is absent or null.</summary>
    public int? OptionalInt32(string name, int minimum, int maximum, string code) =>
        Root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? Int32(name, value, minimum, maximum, code)
            : null;

    /// <summary>A wait in seconds: absent or null, none. More than an hour is cut, so that no number is too large for a time; the bus's own limit is far below.</summary>
    public TimeSpan Wait(string name)
    {
        const double Longest = 3600;
        if (!Root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return TimeSpan.Zero;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && double.IsFinite(seconds) && seconds >= 0
            ? TimeSpan.FromSeconds(Math.Min(seconds, Longest))
            : throw new ApiException(422, ErrorCodes.InvalidField, $"'{name}' has to be a number of seconds, 0 or more.");
    }

    /// <summary>Refuses a text that is longer than it may be in UTF-8.</summary>
    public static string Bounded(string name, string text, int maxBytes) => Bounded(name, text, maxBytes, Encoding.UTF8.GetByteCount(text));

    /// <summary>Refuses a text that is longer than it may be in an answer.</summary>
    public static string BoundedInJson(string name, string text, int maxBytes) => Bounded(name, text, maxBytes, SizeInJson(text));

    /// <summary>How many bytes a text has as a string of JSON, without the quotation marks. A control character has six.</summary>
    public static int SizeInJson(string text) => ReadableJson.Encode(text).EncodedUtf8Bytes.Length;

    private static string Bounded(string name, string text, int maxBytes, int bytes) =>
        bytes <= maxBytes
            ? text
            : throw new ApiException(422, ErrorCodes.ContentTooLarge, $"{name} is {bytes:N0} bytes; the limit is {maxBytes:N0}.")
            {
                Extras = [new("max_content_bytes", maxBytes), new("received_bytes", bytes)],
            };

    public bool? OptionalBoolean(string name, string code) =>
        Root.TryGetProperty(name, out var value)
            ? value.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => throw new ApiException(422, code, $"'{name}' has to be true or false."),
            }
            : null;

    private static string RequireNameLength(string name, string text) =>
        SizeInJson(text) is > Limits.MaxNameBytes and var bytes
            ? throw new ApiException(422, ErrorCodes.InvalidString, $"'{name}' is {bytes:N0} bytes of JSON; the limit is {Limits.MaxNameBytes:N0}.")
            : text;

    private static int Int32(string name, JsonElement value, int minimum, int maximum, string code) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= minimum && number <= maximum
            && !JsonMarshal.GetRawUtf8Value(value).ContainsAnyExcept(WholeNumber)
            ? number
            : throw new ApiException(422, code, $"'{name}' has to be a whole number from {minimum} to {maximum}.");

    /// <summary>The text of a string that is not blank, trimmed.</summary>
    public static string NonBlank(string name, JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()!.Trim() : "";
        return text.Length > 0 ? text : throw new ApiException(422, ErrorCodes.InvalidString, $"'{name}' has to be a string that is not blank.");
    }
}
