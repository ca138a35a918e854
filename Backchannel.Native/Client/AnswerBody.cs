using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Backchannel.Native.Text;

namespace Backchannel.Native.Client;

/// <summary>The body of an answer, read as JSON once. Only a body that cannot be read so is checked and mended.</summary>
internal sealed class AnswerBody
{
    private readonly byte[] received;
    private byte[]? mended;
    private bool? isJson;

    /// <param name="received">The bytes as they came.</param>
    /// <param name="type">What they should hold; null: nobody reads them.</param>
    public AnswerBody(byte[] received, JsonTypeInfo? type)
    {
        // The reference bus takes and returns lone surrogates; one of them would make the whole page unreadable.
        LoneSurrogates.Replace(received);
        this.received = received;
        if (type is not null)
        {
            Value = Read(type);
        }
    }

    /// <summary>What the body holds; null: JSON <c>null</c>, or something else than was asked for.</summary>
    public object? Value { get; }

    /// <summary>Why the body could not be read.</summary>
    public JsonException? Fault { get; private set; }

    /// <summary>Whether the body is one whole JSON value.</summary>
    public bool IsJson => isJson ??= NonFiniteNumbers.IsJson(Bytes);

    /// <summary>The bytes, mended where that makes JSON of them.</summary>
    public ReadOnlySpan<byte> Bytes => Memory.Span;

    /// <inheritdoc cref="Bytes"/>
    public ReadOnlyMemory<byte> Memory => mended ??= NonFiniteNumbers.Mend(received);

    private object? Read(JsonTypeInfo type)
    {
        if (TryRead(received, type, out var value) || (Bytes != received && TryRead(mended!, type, out value)))
        {
            Fault = null;
            isJson = true;
        }

        return value;
    }

    private bool TryRead(byte[] json, JsonTypeInfo type, out object? value)
    {
        try
        {
            value = JsonSerializer.Deserialize(json, type);
            return true;
        }
        catch (JsonException exception)
        {
            Fault = exception;
            value = null;
            return false;
        }
    }
}
