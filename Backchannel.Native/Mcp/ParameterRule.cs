using System.Globalization;
using System.Text.Json;
using Backchannel.Native.Text;

namespace Backchannel.Native.Mcp;

/// <summary>What a schema allows for one parameter: only the JSON Schema keywords that our tools use.</summary>
/// <remarks>
/// The bus's check of metadata is another one (<c>Bus/Rules/MetadataSchema.cs</c>): that answers as the reference server does, this one moves numbers into
/// range and tells a model what is allowed. A library such as JsonSchema.Net adds 1.8 MB to the file and does neither.
/// </remarks>
internal sealed class ParameterRule
{
    private readonly string[] types;
    private readonly string[] itemTypes;
    private readonly string[] allowedValues;
    private readonly double minimum;
    private readonly int minLength;
    private readonly int maxLength;

    /// <param name="schema">A JSON Schema object.</param>
    public ParameterRule(JsonElement schema)
    {
        types = ReadStrings(schema, "type");
        itemTypes = schema.TryGetProperty("items", out var items) ? ReadStrings(items, "type") : [];
        allowedValues = ReadStrings(schema, "enum");
        minimum = schema.TryGetProperty("minimum", out var low) ? low.GetDouble() : double.NegativeInfinity;
        Maximum = schema.TryGetProperty("maximum", out var high) ? high.GetDouble() : double.PositiveInfinity;
        minLength = schema.TryGetProperty("minLength", out var shortest) ? shortest.GetInt32() : 0;
        maxLength = schema.TryGetProperty("maxLength", out var longest) ? longest.GetInt32() : int.MaxValue;
        Meaning = schema.TryGetProperty("description", out var description) ? description.GetString() : null;
    }

    /// <summary>The largest number; infinite where the schema has none.</summary>
    public double Maximum { get; set; }

    /// <summary>What the parameter is for; null when the schema does not say.</summary>
    public string? Meaning { get; }

    public bool IsInteger => types is ["integer"] or ["integer", "null"];

    /// <summary>Whether null is a value. Otherwise it counts as leaving the parameter out.</summary>
    public bool AllowsNull => types.Contains("null");

    /// <summary>Converts a value to the type that the schema asks for: text that spells a number, a boolean or an object becomes that, and 5.0 the integer 5.</summary>
    /// <returns>The same value when no conversion is needed or possible.</returns>
    public JsonElement Read(JsonElement value)
    {
        var read = value.ValueKind is JsonValueKind.String && !types.Contains("string") ? SpelledValue.Read(value.GetString()!, types) ?? value : value;
        return IsInteger && read.ValueKind is JsonValueKind.Number && !read.TryGetInt64(out _) && read.TryGetDecimal(out var number) && decimal.IsInteger(number)
            ? Number(decimal.Truncate(number))
            : read;
    }

    /// <summary>The nearest allowed number to one that is out of range; null for everything else.</summary>
    /// <remarks>A number beyond 64 bits is a mistake rather than a large value, so it is not moved.</remarks>
    public JsonElement? MoveIntoRange(JsonElement value) =>
        IsInteger && value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var number) && !IsInRange(value)
            ? Number((decimal)Math.Clamp(number, minimum, Maximum))
            : null;

    public bool Allows(JsonElement value) =>
        (types.Length == 0 || types.Any(type => IsOfType(value, type)))
        && FindWrongItem(value) is null
        && (allowedValues.Length == 0 || (value.ValueKind is JsonValueKind.String && allowedValues.Contains(value.GetString())))
        && (value.ValueKind is not JsonValueKind.Number || IsInRange(value))
        && (value.ValueKind is not JsonValueKind.String || IsOfLength(value.GetString()!));

    /// <summary>The first entry of an array that is not of the type that the schema asks for, with its number from 1 on; null for none.</summary>
    public (int Number, JsonElement Item)? FindWrongItem(JsonElement value)
    {
        if (itemTypes.Length == 0 || value.ValueKind is not JsonValueKind.Array)
        {
            return null;
        }

        var number = 0;
        foreach (var item in value.EnumerateArray())
        {
            number++;
            if (!itemTypes.Any(type => IsOfType(item, type)))
            {
                return (number, item);
            }
        }

        return null;
    }

    /// <summary>What is allowed, in a few words: "integer 1 to 100".</summary>
    public string Describe()
    {
        var parts = new List<string> { types.Length == 0 ? "any value" : string.Join(" or ", types.Select(static type => type == "boolean" ? "true or false" : type)) };
        if (itemTypes.Length > 0)
        {
            parts.Add($"of {string.Join(" or ", itemTypes)}s");
        }

        if (allowedValues.Length > 0)
        {
            parts.Add($"one of {string.Join(", ", allowedValues)}");
        }

        if (DescribeRange(minimum, Maximum, double.NegativeInfinity, double.PositiveInfinity) is { } range)
        {
            parts.Add(range);
        }

        if (DescribeRange(minLength, maxLength, 0, int.MaxValue) is { } length)
        {
            parts.Add($"(length {length})");
        }

        return string.Join(' ', parts);
    }

    private static string[] ReadStrings(JsonElement schema, string keyword)
    {
        if (!schema.TryGetProperty(keyword, out var value))
        {
            return [];
        }

        return value.ValueKind is JsonValueKind.Array
            ? [.. value.EnumerateArray().Where(item => item.ValueKind is JsonValueKind.String).Select(item => item.GetString()!)]
            : [value.GetString()!];
    }

    private static bool IsOfType(JsonElement value, string type) => type switch
    {
        "string" => value.ValueKind is JsonValueKind.String,
        "integer" => value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsInteger(number),
        "number" => value.ValueKind is JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "object" => value.ValueKind is JsonValueKind.Object,
        "array" => value.ValueKind is JsonValueKind.Array,
        "null" => value.ValueKind is JsonValueKind.Null,
        _ => false,
    };

    private static JsonElement Number(decimal number) => JsonElement.Parse(number.ToString(CultureInfo.InvariantCulture));

    private static string? DescribeRange(double low, double high, double noLow, double noHigh) => (low > noLow, high < noHigh) switch
    {
        (true, true) => string.Create(CultureInfo.InvariantCulture, $"{low} to {high}"),
        (true, false) => string.Create(CultureInfo.InvariantCulture, $"at least {low}"),
        (false, true) => string.Create(CultureInfo.InvariantCulture, $"at most {high}"),
        _ => null,
    };

    private bool IsInRange(JsonElement value) =>
        value.TryGetDouble(out var number) && number >= minimum && number <= Maximum;

    private bool IsOfLength(string text)
    {
        var length = WholeCharacters.Count(text);
        return length >= minLength && length <= maxLength;
    }
}
