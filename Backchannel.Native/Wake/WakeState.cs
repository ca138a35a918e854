using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Backchannel.Native.Wake;

/// <summary>What a server writes down of its session, for hooks and for <c>doctor</c>.</summary>
/// <param name="Host">One of <see cref="WakeHosts"/>; null: a client that is not known.</param>
/// <param name="Way">How the server wakes the session itself; null: it cannot.</param>
/// <param name="News">What the session has to be told, and is not about to hear anyway.</param>
/// <param name="Tries">The last wakes, the oldest first.</param>
internal sealed record WakeState(
    string? Host,
    string Bus,
    string? Way,
    IReadOnlyList<string> Awaits,
    IReadOnlyList<string> Lanes,
    IReadOnlyList<WakeEvent> News,
    IReadOnlyList<WakeTry> Tries)
{
    /// <summary>Far more than a server writes.</summary>
    private const int MostBytes = 1024 * 1024;

    public string ToText()
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("host", Host);
            json.WriteString("bus", Bus);
            json.WriteString("way", Way);
            WriteTexts(json, "awaits", Awaits);
            WriteTexts(json, "lanes", Lanes);
            json.WriteStartArray("news");
            foreach (var one in News)
            {
                if (json.BytesCommitted + json.BytesPending > MostBytes / 2)
                {
                    // Hooks read no longer file. What comes first is what the session waits for.
                    break;
                }

                json.WriteStartObject();
                json.WriteString("key", one.Key);
                json.WriteNumber("kind", (int)one.Kind);
                json.WriteString("id", one.Id);
                json.WriteString("lane", one.Lane);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("tries");
            foreach (var one in Tries)
            {
                json.WriteStartObject();
                json.WriteString("way", one.Way);
                json.WriteString("at", one.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
                json.WriteString("fault", one.Fault);
                json.WriteBoolean("heard", one.IsHeard);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <returns>Null: there is no such file, or it is none of ours.</returns>
    public static WakeState? Read(string path)
    {
        try
        {
            if (PlainFile.Read(path, MostBytes) is not { } bytes)
            {
                return null;
            }

            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            return new(
                Text(root, "host"),
                Text(root, "bus") ?? "",
                Text(root, "way"),
                [.. List(root, "awaits").Select(Given)],
                [.. List(root, "lanes").Select(Given)],
                [.. List(root, "news").Select(EventOf)],
                [.. List(root, "tries").Select(static item => new WakeTry(Given(item.GetProperty("way")), item.GetProperty("at").GetDateTimeOffset(), Text(item, "fault"), item.GetProperty("heard").GetBoolean()))]);
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static JsonElement.ArrayEnumerator List(JsonElement root, string name) => root.GetProperty(name).EnumerateArray();

    /// <exception cref="FormatException">No server writes such an event.</exception>
    private static WakeEvent EventOf(JsonElement item)
    {
        var one = new WakeEvent(Given(item.GetProperty("key")), (WakeKind)item.GetProperty("kind").GetInt32(), Given(item.GetProperty("id")), Text(item, "lane"));
        var hasLane = one.Kind is WakeKind.Task or WakeKind.Message;

        // The keys become lines of a file.
        return one.Kind is >= WakeKind.Over and <= WakeKind.Message && hasLane == one.Lane is not null && !one.Key.Any(char.IsControl) ? one : throw new FormatException();
    }

    private static string Given(JsonElement text) => text.GetString() ?? throw new FormatException();

    private static string? Text(JsonElement item, string name) => item.GetProperty(name).GetString();
}

/// <summary>One wake that the server tried itself.</summary>
/// <param name="Way">As <see cref="IWakeWay.Name"/>.</param>
/// <param name="Fault">Why nothing was sent; null: it was.</param>
/// <param name="IsHeard">Whether the model called a tool of ours afterwards. If it never does, the host holds such messages back.</param>
internal sealed record WakeTry(string Way, DateTimeOffset At, string? Fault = null, bool IsHeard = false);
