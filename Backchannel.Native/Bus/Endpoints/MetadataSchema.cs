using System.Text.Json;
using System.Text.RegularExpressions;
using Backchannel.Native.Bus.Http;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>The small part of JSON Schema that a channel can ask of metadata; unknown keywords are ignored.</summary>
internal sealed class MetadataSchema
{
    private const string RootField = "metadata";

    // A pattern comes from a channel's members and runs in the writer.
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromMilliseconds(50);

    private readonly List<(string Field, string Issue)> violations = [];

    /// <param name="schema">A JSON object; <c>{}</c> for none.</param>
    /// <param name="metadata">A JSON object; null for an empty one.</param>
    /// <exception cref="ApiException">The metadata does not fit.</exception>
    public static void Require(string schema, string? metadata)
    {
        if (schema == "{}")
        {
            return;
        }

        var check = new MetadataSchema();
        check.Check(JsonText.ToElement(schema), JsonText.ToElement(metadata), RootField);
        if (check.violations.Count > 0)
        {
            throw new ApiException(422, ErrorCodes.MetadataValidationFailed, "The metadata does not fit the channel's schema.")
            {
                Extras = [new("violations", check.violations)],
            };
        }
    }

    private void Check(JsonElement schema, JsonElement value, string field)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        var type = schema.TryGetProperty("type", out var named) && named.ValueKind == JsonValueKind.String ? named.GetString() : null;
        if (type is not null && !IsOfType(value, type))
        {
            violations.Add((field, $"type: has to be {type}"));
            return;
        }

        if (schema.TryGetProperty("enum", out var choices) && choices.ValueKind == JsonValueKind.Array
            && !choices.EnumerateArray().Any(choice => JsonElement.DeepEquals(choice, value)))
        {
            violations.Add((field, "enum: is none of the allowed values"));
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                CheckMembers(schema, value, field);
                break;
            case JsonValueKind.String when type == "string":
                CheckText(schema, value.GetString()!, field);
                break;
            case JsonValueKind.Number when type is "number" or "integer":
                CheckNumber(schema, value.GetDouble(), field);
                break;
        }
    }

    private void CheckMembers(JsonElement schema, JsonElement value, string field)
    {
        if (schema.TryGetProperty("required", out var required) && required.ValueKind == JsonValueKind.Array)
        {
            foreach (var name in required.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!))
            {
                if (!value.TryGetProperty(name, out _))
                {
                    violations.Add(($"{field}.{name}", "required: is missing"));
                }
            }
        }

        var properties = schema.TryGetProperty("properties", out var given) && given.ValueKind == JsonValueKind.Object ? given : default;
        var closed = schema.TryGetProperty("additionalProperties", out var additional) && additional.ValueKind == JsonValueKind.False;
        foreach (var member in value.EnumerateObject())
        {
            if (properties.ValueKind == JsonValueKind.Object && properties.TryGetProperty(member.Name, out var property))
            {
                Check(property, member.Value, $"{field}.{member.Name}");
            }
            else if (closed)
            {
                violations.Add(($"{field}.{member.Name}", "additionalProperties: is not allowed"));
            }
        }
    }

    private void CheckText(JsonElement schema, string text, string field)
    {
        var length = text.EnumerateRunes().Count();
        if (Number(schema, "minLength") is { } least && length < least)
        {
            violations.Add((field, $"minLength: has to have at least {least} characters"));
        }

        if (Number(schema, "maxLength") is { } most && length > most)
        {
            violations.Add((field, $"maxLength: has to have at most {most} characters"));
        }

        if (schema.TryGetProperty("pattern", out var pattern) && pattern.ValueKind == JsonValueKind.String && !Matches(text, pattern.GetString()!))
        {
            violations.Add((field, "pattern: does not match"));
        }
    }

    private void CheckNumber(JsonElement schema, double number, string field)
    {
        if (Number(schema, "minimum") is { } least && number < least)
        {
            violations.Add((field, $"minimum: has to be at least {least}"));
        }

        if (Number(schema, "maximum") is { } most && number > most)
        {
            violations.Add((field, $"maximum: has to be at most {most}"));
        }
    }

    /// <summary>A pattern that is broken or takes too long fits nothing, so that it is noticed.</summary>
    private static bool Matches(string text, string pattern)
    {
        try
        {
            return Regex.IsMatch(text, pattern, RegexOptions.None, PatternTimeout);
        }
        catch (Exception problem) when (problem is ArgumentException or RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static double? Number(JsonElement schema, string name) =>
        schema.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    /// <remarks>A boolean counts as a number, as on the reference server.</remarks>
    private static bool IsOfType(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind is JsonValueKind.True or JsonValueKind.False
            || (value.ValueKind == JsonValueKind.Number && value.GetRawText().AsSpan().IndexOfAny(".eE") < 0),
        _ => true,
    };
}
