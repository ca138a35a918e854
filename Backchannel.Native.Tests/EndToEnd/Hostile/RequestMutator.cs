using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Backchannel.Native.Tests.EndToEnd.Hostile;

/// <summary>Spoils valid requests in the ways in which attackers and broken clients do.</summary>
internal static partial class RequestMutator
{
    private static readonly string[] Values =
    [
        "null", "true", "-1", "0", "-0", "0.1", "1e999", "-1E400", "1e-999", "99999999999999999999999999", "2147483648", "9223372036854775808", "01", "NaN",
        "\"\"", "\" \"", "\"\\u0000\"", "\"a\\u0000b\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u202e\\u200b\"", "\"\\r\\n\"", "\"'; DROP TABLE channels; --\"",
        "\"2026-13-45T99:99:99Z\"", "\"0001-01-01T00:00:00+14:00\"", "\"9999-12-31T23:59:59.999999-14:00\"", "{}", "[]", "[null]", "{\"a\":{}}", "[[1],[2]]",
    ];

    private static readonly string[] Segments =
    [
        "%00", "%2F", "%2e%2e", "%0d%0aX-Injected:%201", "%zz", "%", "%ff", "%c0%af", "%ed%a0%80", "%u0041", "//", "/../", "/./", ";a=b", "*", "#f", "\\",
        "%25%30%30", "%f0%9f%98%80", "\u00e9", "\u0001", "\t", "'", "\"", "{channel}", "%e2%80%ae",
    ];

    private static readonly string[] Queries =
    [
        "limit=-1", "limit=0", "limit=101", "limit=1e9", "limit=%00", "limit=99999999999999999999", "limit=", "limit", "=", "&&&", "wait=NaN", "wait=-1",
        "wait=Infinity", "wait=1e308", "wait=0.01&wait=0.01", "cursor=%00", "cursor=9999-12-31T23:59:59.999999Z", "cursor=0001-01-01T00:00:00%2B14:00",
        "cursor=2026-01-01T00:00:00+00:00", "cursor=%ff%fe", "since=zzzzzzzzzzzzzzzzzzzz", "after=-1", "after=9223372036854775807", "after=9223372036854775808",
        "status=nothing", "status=%u0000", "expiring_before=-9999", "%zz=%zz", "a=b;c=d", "limit=1%0d%0aSet-Cookie:a",
    ];

    private static readonly string[] Headers =
    [
        "Idempotency-Key: \u0001\u0002", "Idempotency-Key: k\u007f", "Idempotency-Key: \u00e9", "Idempotency-Key: a\tb", "Idempotency-Key: fixed", "Idempotency-Key:",
        "traceparent: \u0001", "traceparent: 00-a\tb-01", "traceparent: \u00ff", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "X-API-Key: a.b", "X-API-Key: .", "X-API-Key: \u0001.\u0001", "X-API-Key: bck_aaaaaaaaaaaa.\u00ff", "X-Admin-Token: \u0001", "X-Admin-Token:",
        "X-Forwarded-For: 8.8.8.8", "X-Forwarded-For: ,,,", "X-Forwarded-Host: evil\"<>", "X-Forwarded-Proto: gopher", "X-Request-Id: evil\tid",
        "Host: evil.example", "Host:", "Host: a b", "Host: [::1", "Expect: 100-continue", "Expect: nonsense", "Connection: close", "Connection: upgrade\r\nUpgrade: h2c",
        "Connection: keep-alive, close", "Upgrade: websocket", "Range: bytes=0-1", "If-None-Match: *", "Accept-Encoding: gzip;q=-1", "Content-Encoding: gzip",
        "Content-Type: text/xml; charset=utf-7", "Cookie: a=b", "Origin: null", "Access-Control-Request-Method: \u0001", "Trailer: X", "TE: trailers", "no colon here",
        " folded: a", "folded: a\r\n b", "space : a", ": nothing", "X\u0000Y: a", "X-Nul: a\u0000b", "X-Bare: a\rb", "X-Lf: a\nb", "HTTP2-Settings: AAMAAABk",
        "Transfer-Encoding: identity", "Content-Length: 3",
    ];

    private static readonly string[] Framings =
    [
        "Content-Length: -1", "Content-Length: 99999999999", "Content-Length: 18446744073709551616", "Content-Length: 0x10", "Content-Length: +5",
        "Content-Length: 5, 5", "Content-Length: 1e3", "Content-Length:", "Content-Length: 0", "Content-Length: 2", "Content-Length: 3\r\nContent-Length: 4",
        "Transfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 4", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, gzip",
        "Transfer-Encoding: \u000bchunked", "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Transfer-Encoding:",
    ];

    private static readonly string[] Chunks =
    [
        "0\r\n\r\n", "0;a=b\r\nX-Trailer: 1\r\n\r\n", "2\r\n{}\r\n0\r\n\r\n", "02\r\n{}\r\n0\r\n\r\n", "2;x=\"y\"\r\n{}\r\n0\r\n\r\n", "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", "-1\r\n{}\r\n0\r\n\r\n",
        "FFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n", "7fffffff\r\n{}", "zz\r\n{}\r\n0\r\n\r\n", "2\n{}\n0\n\n", "2\r\n{}0\r\n\r\n", "2\r\n{}\r\n0\r\nX: \u0001\r\n\r\n", "\r\n", " 2\r\n{}\r\n0\r\n\r\n",
    ];

    private static readonly string[] Methods =
        ["HEAD", "OPTIONS", "get", "TRACE", "PUT", "DELETE", "PATCH", "POST", "GET", "BREW", "", "G\u0001T", "PROPFIND", "A-METHOD-LONGER-THAN-ANY-THAT-THERE-IS", "\u00e9"];

    private static readonly string[] Versions = ["HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/1.2", "HTTP/1.10", "http/1.1", "", "HTTP/1.1 ", "\u0001"];

    private static readonly byte[][] Garbage =
    [
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), [0x16, 0x03, 0x01, 0x00, 0x05, 0x01, 0x00, 0x00, 0x01, 0x03], "\0\0\0\0\r\n\r\n"u8.ToArray(), "\r\n\r\n"u8.ToArray(),
        "GET\r\n\r\n"u8.ToArray(), "GET / HTTP/1.1"u8.ToArray(), "* * *\r\n\r\n"u8.ToArray(), "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n"u8.ToArray(),
        "GET http://evil.example/health HTTP/1.1\r\nHost: other\r\n\r\n"u8.ToArray(), "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(),
    ];

    /// <summary>The bytes of a request that is nearly always wrong somewhere; the same for the same state of <paramref name="random"/>.</summary>
    public static byte[] Next(Random random, HostileWorld world)
    {
        if (random.Next(50) == 0)
        {
            return Garbage[random.Next(Garbage.Length)];
        }

        var request = RequestCorpus.Pick(random, world);
        for (var i = random.Next(4); i > 0; i--)
        {
            Mutate(random, request);
        }

        var bytes = request.ToBytes();
        return random.Next(24) switch
        {
            0 or 3 => Damage(random, bytes, random.Next(1, 4)),
            1 => bytes[..random.Next(1, bytes.Length)],
            2 => [.. bytes, .. RequestCorpus.Pick(random, world).ToBytes(), .. RequestCorpus.Pick(random, world).ToBytes()],
            _ => bytes,
        };
    }

    private static void Mutate(Random random, HostileRequest request)
    {
        switch (random.Next(14))
        {
            case 0 or 1 or 2 when request.Body.Length > 0:
                request.Body = Encoding.UTF8.GetBytes(ReplaceValue(random, Encoding.UTF8.GetString(request.Body)));
                break;
            case 3 when request.Body.Length > 0:
                request.Body = Damage(random, request.Body, random.Next(1, 5));
                break;
            case 4 when request.Body.Length > 0:
                request.Body = Reshape(random, request.Body);
                break;
            case 5 or 6:
                request.Target = request.Target.Insert(random.Next(1, request.Target.Length + 1), Pick(random, Segments));
                break;
            case 7:
                request.Target += (request.Target.Contains('?', StringComparison.Ordinal) ? '&' : '?') + Pick(random, Queries);
                break;
            case 8 or 9:
                request.Headers.Insert(random.Next(request.Headers.Count + 1), Pick(random, Headers));
                break;
            case 10:
                request.Framing = Pick(random, Framings);
                request.Body = request.Framing.Contains("chunked", StringComparison.Ordinal) ? Encoding.Latin1.GetBytes(Pick(random, Chunks)) : request.Body;
                break;
            case 11:
                Rephrase(random, request);
                break;
            case 12 when request.Headers.Count > 0:
                request.Headers.RemoveAt(random.Next(request.Headers.Count));
                break;
            case 13:
                Enlarge(random, request);
                break;
        }
    }

    /// <summary>Puts another value, or another member, in place of one of a JSON text.</summary>
    private static string ReplaceValue(Random random, string json)
    {
        var values = JsonValue().Matches(json);
        if (values.Count == 0)
        {
            return json;
        }

        var hit = values[random.Next(values.Count)];
        var with = random.Next(8) switch
        {
            0 => new string('[', 30 + random.Next(100)),
            1 => string.Concat(Enumerable.Repeat("{\"a\":", 70)) + "1" + new string('}', 70),
            2 => $"\"{new string('x', random.Next(20_000))}\"",
            3 => values[random.Next(values.Count)].Value,
            _ => Pick(random, Values),
        };
        return string.Concat(json.AsSpan(0, hit.Index), with, json.AsSpan(hit.Index + hit.Length));
    }

    private static byte[] Reshape(Random random, byte[] body) => random.Next(8) switch
    {
        0 => [.. "\u00ef\u00bb\u00bf"u8, .. body],
        1 => [.. body, .. body],
        2 => [.. "["u8, .. body, .. "]"u8],
        3 => [.. body.AsSpan(0, body.Length / 2), 0xff, 0xfe, .. body.AsSpan(body.Length / 2)],
        4 => [.. body.AsSpan(0, body.Length / 2), 0xed, 0xa0, 0x80, .. body.AsSpan(body.Length / 2)],
        5 => [.. body.AsSpan(0, body.Length - 1), .. ",\"name\":1,\"name\":\"twice\",\"content\":null,\"content\":\"twice\"}"u8],
        6 => Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(body)),
        _ => [],
    };

    /// <summary>Flips, removes, doubles or inserts bytes anywhere.</summary>
    private static byte[] Damage(Random random, byte[] bytes, int times)
    {
        var damaged = bytes.ToList();
        for (var i = 0; i < times && damaged.Count > 1; i++)
        {
            var at = random.Next(damaged.Count);
            switch (random.Next(4))
            {
                case 0:
                    damaged[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    damaged.RemoveRange(at, Math.Min(random.Next(1, 4), damaged.Count - at));
                    break;
                case 2:
                    damaged.InsertRange(at, damaged.GetRange(at, Math.Min(random.Next(1, 8), damaged.Count - at)));
                    break;
                default:
                    damaged.Insert(at, (byte)random.Next(256));
                    break;
            }
        }

        return [.. damaged];
    }

    private static void Rephrase(Random random, HostileRequest request)
    {
        switch (random.Next(3))
        {
            case 0:
                request.Method = Pick(random, Methods);
                break;
            case 1:
                request.Version = Pick(random, Versions);
                break;
            default:
                request.LineEnd = random.Next(3) switch { 0 => "\n", 1 => "\r", _ => "\r\n " };
                break;
        }
    }

    private static void Enlarge(Random random, HostileRequest request)
    {
        switch (random.Next(4))
        {
            case 0:
                request.Headers.Add($"X-Long: {new string('x', random.Next(40_000))}");
                break;
            case 1:
                request.Headers.AddRange(Enumerable.Range(0, random.Next(200)).Select(i => string.Create(CultureInfo.InvariantCulture, $"X-{i}: {i}")));
                break;
            case 2:
                request.Target += "?" + new string('q', random.Next(12_000));
                break;
            default:
                request.Target = request.Target.Replace("/v1/", $"/v1/{new string('/', random.Next(50))}", StringComparison.Ordinal);
                break;
        }
    }

    private static string Pick(Random random, string[] choices) => choices[random.Next(choices.Length)];

    [GeneratedRegex("""("[^"]*")|(-?[0-9][0-9.eE+]*)|true|false|null""")]
    private static partial Regex JsonValue();
}
