using System.Globalization;
using System.Security.Cryptography;

namespace Backchannel.Native.Telemetry;

/// <summary>A place in a trace, as a W3C <c>traceparent</c> names it (https://www.w3.org/TR/trace-context/).</summary>
/// <param name="TraceId">32 hexadecimal digits.</param>
/// <param name="SpanId">16 hexadecimal digits: the span that others continue.</param>
/// <param name="IsSampled">Whether the trace is recorded.</param>
internal sealed record TraceContext(string TraceId, string SpanId, bool IsSampled)
{
    private const int Length = 55;

    /// <returns>Null where the text is absent, or is none: the specification has it ignored then.</returns>
    public static TraceContext? Parse(string? text)
    {
        if (text is null || text.Length < Length || text[2] != '-' || text[35] != '-' || text[52] != '-')
        {
            return null;
        }

        // A later version may go on behind what this one has.
        var version = text[..2];
        var (trace, span, flags) = (text[3..35], text[36..52], text[53..55]);
        return version != "ff" && (text.Length == Length || (version != "00" && text[Length] == '-'))
            && IsHex(version) && IsHex(trace) && IsHex(span) && IsHex(flags) && !IsZero(trace) && !IsZero(span)
                ? new(trace, span, (byte.Parse(flags, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) & 1) != 0)
                : null;
    }

    /// <summary>The first place of a new trace.</summary>
    public static TraceContext New() => new(Random(16), Random(8), IsSampled: true);

    /// <summary>Another place in the same trace.</summary>
    public TraceContext Next() => this with { SpanId = Random(8) };

    /// <summary>The <c>traceparent</c> for whoever continues it.</summary>
    public override string ToString() => $"00-{TraceId}-{SpanId}-{(IsSampled ? "01" : "00")}";

    private static string Random(int bytes) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes));

    private static bool IsHex(string text) => text.All(char.IsAsciiHexDigitLower);

    private static bool IsZero(string text) => text.All(static digit => digit == '0');
}
