using System.Globalization;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text.Json.Serialization.Metadata;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Client;

/// <summary>Sends one HTTP request and reads its answer up to the last byte.</summary>
/// <param name="time">For a <c>Retry-After</c> that names a date.</param>
internal sealed class HttpExchange(HttpClient http, TimeProvider time)
{
    /// <summary>Longest answer that is read, after decompression.</summary>
    public const int MaxAnswerBytes = 4 * 1024 * 1024;

    /// <summary>Where the length of the answer is not announced.</summary>
    private const int FirstBufferBytes = 4096;

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    /// <param name="answerType">What a success holds; null: nothing that is read.</param>
    /// <exception cref="AnswerTooLongException">More than <see cref="MaxAnswerBytes"/>.</exception>
    /// <exception cref="Exception">One of <see cref="TransportFaults"/>.</exception>
    public async ValueTask<BusAnswer> SendAsync(
        Uri uri, BusRequest request, ApiKey? key, JsonTypeInfo? answerType, CancellationToken cancellationToken)
    {
        using var message = Message(uri, request, key);
        using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var requestId = Header(response, HeaderNames.RequestId);
        var status = (int)response.StatusCode;
        var isStreamed = request.Receive is not null && response.IsSuccessStatusCode;
        var (body, isWhole) = isStreamed
            ? (await HandOverAsync(response.Content, request.Receive!, cancellationToken), true)
            : await ReadAsync(response.Content, cancellationToken);
        if (!isWhole)
        {
            throw new AnswerTooLongException(status, requestId, body);
        }

        return new(status, body, answerType)
        {
            IsOfWrite = request.IsWrite,
            MayBeText = isStreamed || request.AsksForText,
            ContentType = response.Content.Headers.ContentType?.ToString(),
            RequestId = requestId,
            RedirectsTo = response.Headers.Location is { IsAbsoluteUri: true } to ? to.GetLeftPart(UriPartial.Authority) : null,
            RetryAfterHeader = Delay(response.Headers.RetryAfter),
            Date = response.Headers.Date,
            Software = Header(response, "Server"),
            IsReplay = Header(response, HeaderNames.IdempotentReplay) is not null,
            Deliveries = Number(response, HeaderNames.Deliveries),
            RateLimit = Number(response, HeaderNames.RateLimitLimit),
            Additions = Header(response, HeaderNames.Additions)
                ?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [],
        };
    }

    private static int? Number(HttpResponseMessage response, string name) =>
        int.TryParse(Header(response, name), CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static HttpRequestMessage Message(Uri uri, BusRequest request, ApiKey? key)
    {
        // HTTP/1.1, the default: the code for HTTP/2 is left out (Substitutions.xml).
        var message = new HttpRequestMessage(request.Method, uri);
        if (request.Method != HttpMethod.Get)
        {
            // An array knows its length: the reference bus reads a chunked body as empty.
            message.Content = request.Content?.Invoke() ?? new ByteArrayContent(request.Body);
            message.Content.Headers.ContentType ??= Json;
        }

        Add(message, HeaderNames.ApiKey, key?.Value);
        Add(message, HeaderNames.IdempotencyKey, request.IdempotencyKey?.Value);
        Add(message, HeaderNames.TraceParent, request.TraceParent);
        return message;
    }

    private static void Add(HttpRequestMessage message, string name, string? value)
    {
        if (value is not null)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }
    }

    /// <returns>An empty body: the receiver has it.</returns>
    private static async Task<byte[]> HandOverAsync(HttpContent content, Func<Stream, CancellationToken, Task> receive, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        await receive(stream, cancellationToken);
        return [];
    }

    /// <returns>Only its beginning when there is more than is read.</returns>
    private static async Task<(byte[] Body, bool IsWhole)> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var announced = content.Headers.ContentLength;
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        if (announced is { } exact)
        {
            var isWhole = exact <= MaxAnswerBytes;
            var body = new byte[isWhole ? exact : FirstBufferBytes];
            if (isWhole)
            {
                await stream.ReadExactlyAsync(body, cancellationToken);
            }
            else
            {
                await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken);
            }

            return (body, isWhole);
        }

        var buffer = new byte[FirstBufferBytes];
        var length = 0;
        while (await stream.ReadAsync(buffer.AsMemory(length), cancellationToken) is > 0 and var read)
        {
            length += read;
            if (length > MaxAnswerBytes)
            {
                return (buffer[..FirstBufferBytes], false);
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MaxAnswerBytes + 1));
            }
        }

        return (buffer.AsSpan(0, length).ToArray(), true);
    }

    private TimeSpan? Delay(RetryConditionHeaderValue? header) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > time.GetUtcNow() => date - time.GetUtcNow(),
        _ => null,
    };
}
