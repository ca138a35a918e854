using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Backchannel.Native.Text;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Client;

/// <summary>An answer, read to its end.</summary>
/// <param name="body">The bytes as they came.</param>
/// <param name="type">What a success holds; null: nothing that is read.</param>
internal sealed class BusAnswer(int status, byte[] body, JsonTypeInfo? type)
{
    private const int ExcerptLength = 60;
    private const int MaxMessageLength = 500;

    private readonly AnswerBody body = new(
        body, status >= 400 ? WireJsonContext.Default.ErrorResponse : IsSuccessful(status) ? type : null);

    public int Status { get; } = status;

    /// <summary>The bytes, mended where that makes JSON of them.</summary>
    public ReadOnlyMemory<byte> Bytes => body.Memory;

    /// <summary>How many requests the bus takes from a key in a window; 0 for any number, null where it does not say.</summary>
    public int? RateLimit { get; init; }

    public string? ContentType { get; init; }

    public string? RequestId { get; init; }

    /// <summary>Where a redirect leads, without path and query.</summary>
    public string? RedirectsTo { get; init; }

    /// <summary>The <c>Retry-After</c> header.</summary>
    public TimeSpan? RetryAfterHeader { get; init; }

    /// <summary>The clock of whoever answered, in whole seconds; null where the answer does not say.</summary>
    public DateTimeOffset? Date { get; init; }

    /// <summary>The <c>Server</c> header, as it came.</summary>
    public string? Software { get; init; }

    /// <summary>How often the message of this answer has been taken; null where the bus does not say.</summary>
    public int? Deliveries { get; init; }

    /// <summary>Whether the bus gave the answer of an earlier request again, and did nothing now.</summary>
    public bool IsReplay { get; init; }

    /// <summary>Whether that earlier request was another call's, which had no answer.</summary>
    public bool IsOfEarlierCall { get; set; }

    /// <summary>What the bus says it offers beyond the contract.</summary>
    public IReadOnlyList<string> Additions { get; init; } = [];

    /// <summary>Whether a success need not be JSON: any text was asked for, or somebody else took the body while it came in.</summary>
    public bool MayBeText { get; init; }

    /// <summary>Whether the request was to change something.</summary>
    public bool IsOfWrite { get; init; }

    /// <summary>Where it came from; null: not sent by anybody yet.</summary>
    public BusAddress? Address { get; set; }

    /// <summary>See <see cref="Attempts.TriedNote"/>; only where all addresses refuse to serve.</summary>
    public string TriedNote { get; set; } = "";

    /// <summary>Whether an earlier attempt may have done what this answer refuses.</summary>
    public bool FollowsLostAnswer { get; set; }

    /// <summary>Whether a write may have been done although this answer does not confirm it: a 408, 429 or 5xx, or an answer that is not a bus's.</summary>
    public bool LeavesOpen => IsOfWrite && Status switch
    {
        429 or 503 when Error is not null => FollowsLostAnswer,
        408 or 429 or >= 500 => true,
        >= 400 and < 500 when Error is not null => false,
        _ => true,
    };

    public bool IsSuccess => IsSuccessful(Status);

    /// <summary>The body of a success; null when it is empty or does not fit the contract.</summary>
    public object? Value => IsSuccess ? body.Value : null;

    /// <summary>Why the body could not be read.</summary>
    public JsonException? Fault => body.Fault;

    /// <summary>The error that the bus reports; null for a success, and for an answer that is not a bus's.</summary>
    public ErrorResponse? Error => body.Value is ErrorResponse { Error.Length: > 0 } error ? error : null;

    /// <summary>How long to wait before asking again.</summary>
    /// <remarks>The body's value wins: the reference bus's header always states the window of the request limiter.</remarks>
    public TimeSpan? RetryAfter =>
        Error?.RetryAfter is { } seconds and >= 0 and < 1e8 ? TimeSpan.FromSeconds(seconds) : RetryAfterHeader;

    /// <summary>The bus's text about an error as one line of bounded length; its code when there is none.</summary>
    public string ErrorText => OneLine(Error?.Message, MaxMessageLength) is { Length: > 0 } text ? text : Error?.Error ?? "";

    /// <summary>Whether the body is one whole JSON value.</summary>
    public bool IsJson => body.IsJson;

    /// <summary>What came, for an error message: type, length and beginning, in visible ASCII.</summary>
    public string Describe()
    {
        var kind = ContentType is { Length: > 0 } ? Ascii(ContentType) : "no content type";
        var bytes = body.Bytes;
        var start = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, ExcerptLength)]);
        return bytes.IsEmpty ? $"{kind}, empty" : $"{kind}, {bytes.Length} bytes, starting with \"{Ascii(start)}\"";
    }

    private static string Ascii(string text) =>
        OneLine(string.Concat(text.Select(static c => char.IsAscii(c) ? c : ' ')), ExcerptLength);

    private static string OneLine(string? text, int length)
    {
        var characters = WholeCharacters.Start(text ?? "", length).Select(static c => char.IsControl(c) ? ' ' : c);
        return string.Join(' ', string.Concat(characters).Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static bool IsSuccessful(int status) => status is >= 200 and < 300;
}
