using System.Globalization;
using System.Text.Json;

namespace Backchannel.Native.Telemetry;

/// <summary>Who sends: what all spans and measures of one process have in common.</summary>
internal sealed class OtlpResource(OtlpSettings settings)
{
    /// <summary>Tells the processes of one service apart.</summary>
    private readonly string instance = Guid.NewGuid().ToString();

    /// <summary>Writes the resource and the scope, and what is in it.</summary>
    /// <param name="kind"><c>Spans</c> or <c>Metrics</c>, as the members are named.</param>
    public void Write(Utf8JsonWriter json, string kind, Action<Utf8JsonWriter> items)
    {
        json.WriteStartObject();
        json.WriteStartArray($"resource{kind}");
        json.WriteStartObject();
        json.WriteStartObject("resource"u8);
        WriteAttributes(json, [new("service.name", settings.ServiceName), new("service.version", settings.ServiceVersion), new("service.instance.id", instance)]);
        json.WriteEndObject();
        json.WriteStartArray($"scope{kind}");
        json.WriteStartObject();
        json.WriteStartObject("scope"u8);
        json.WriteString("name"u8, "backchannel-mcp"u8);
        json.WriteString("version"u8, settings.ServiceVersion);
        json.WriteEndObject();
        items(json);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WriteAttributes(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object>> attributes)
    {
        json.WriteStartArray("attributes"u8);
        foreach (var (name, value) in attributes)
        {
            json.WriteStartObject();
            json.WriteString("key"u8, name);
            json.WriteStartObject("value"u8);
            if (value is string text)
            {
                json.WriteString("stringValue"u8, text);
            }
            else
            {
                // Whole numbers of 64 bits are texts in OTLP's JSON.
                json.WriteString("intValue"u8, Convert.ToString(value, CultureInfo.InvariantCulture));
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset time) => json.WriteString(
        name, ((time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * TimeSpan.NanosecondsPerTick).ToString(CultureInfo.InvariantCulture));
}
