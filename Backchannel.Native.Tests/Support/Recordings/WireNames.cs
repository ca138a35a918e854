using System.Text.Json;
using System.Text.RegularExpressions;

namespace Backchannel.Native.Tests.Support.Recordings;

/// <summary>What each placeholder of a recorded scenario stands for in this run.</summary>
internal sealed partial class WireNames
{
    private const string Uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    private const string Time = @"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?\+00:00";

    private static readonly Dictionary<string, string> Free = new()
    {
        ["text"] = @"[\s\S]*", ["request_id"] = Uuid, ["digest"] = "[0-9a-f]{32}", ["time"] = Time,
    };

    private static readonly Dictionary<string, string> Shapes = new()
    {
        ["key"] = @"bck_[A-Za-z0-9_-]{12}\.[A-Za-z0-9_-]{32}", ["key_id"] = "bck_[A-Za-z0-9_-]{12}", ["invitation"] = "[A-Za-z0-9_-]{24}",
    };

    private readonly Dictionary<string, string> bound = [];

    public string this[string name]
    {
        set => bound[name] = value;
    }

    [GeneratedRegex(@"\{([a-z_]+(?:\.[A-Za-z0-9_]+)*(?:#\d+)?)(?:\+(\d+)s)?(!raw)?\}")]
    public static partial Regex Placeholder();

    public static bool IsFree(string name) => Free.ContainsKey(name);

    public string? Find(string name) => bound.GetValueOrDefault(name);

    /// <summary>The pattern of a value that is not bound yet.</summary>
    public static string Shape(string name) =>
        Free.TryGetValue(name, out var free) ? free
        : name.Split('#')[0].EndsWith("_at", StringComparison.Ordinal) ? Time
        : Shapes.GetValueOrDefault(name.Split('.')[0], Uuid);

    /// <summary>Puts the known values into a text of a request.</summary>
    public string Fill(string text, bool inPath = false) => Placeholder().Replace(text, match =>
    {
        var value = Find(match.Groups[1].Value) ?? throw new InvalidOperationException($"nothing is bound to {match.Value}");
        return inPath && !match.Groups[3].Success ? Uri.EscapeDataString(value) : value;
    });

    /// <summary>Puts the known values into a JSON body.</summary>
    public void Fill(JsonElement value, Utf8JsonWriter writer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                writer.WriteStringValue(Fill(value.GetString()!));
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Fill(item, writer);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    writer.WritePropertyName(Fill(member.Name));
                    Fill(member.Value, writer);
                }

                writer.WriteEndObject();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
