using System.Text.Json;
using System.Text.RegularExpressions;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Text;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>The part of JSON Schema that channels may use for metadata. Unknown keywords are ignored.</summary>
/// <remarks>
/// It answers as the reference server does, which a library does not: a boolean counts as a number, each violation has a field and a reason, and
/// hostile schemas share one time limit. A library such as JsonSchema.Net adds 1.8 MB to the file. The check of a tool's arguments is another one:
/// it repairs values and counts 5.0 as an integer.
/// </remarks>
internal sealed class MetadataSchema
{
    private const string RootField = "metadata";

    /// <summary>Longest pattern, in UTF-16 code units.</summary>
    private const int MaxPatternLength = 1_000;

    private const int MaxViolations = 100;

    /// <summary>How long one check may take, all patterns together: a schema can be written to be slow.</summary>
    private static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(100);

    private readonly List<(string Field, string Issue)> violations = [];
    private readonly TimeProvider timeProvider;
    private readonly long start;
    private bool isOver;

    private MetadataSchema(TimeProvider timeProvider)
    {
        this.timeProvider = timeProvider;
        start = timeProvider.GetTimestamp();
    }

    /// <param name="schema">A JSON object.</param>
    /// <param name="metadata">A JSON object; null for an empty one.</param>
    /// <returns>Null when the metadata fits.</returns>
    public static ApiException? Check(string schema, string? metadata, TimeProvider timeProvider)
    {
        var check = new MetadataSchema(timeProvider);
        check.Check(StoredJson.ToElement(schema), StoredJson.ToElement(metadata), RootField);
        return check.violations.Count == 0
            ? null
            : new ApiException(422, ErrorCodes.MetadataValidationFailed, "The metadata does not fit the channel's schema.")
            {
                Extras = [new("violations", check.violations)],
            };
    }

    /// <summary>Whether to stop: there are enough violations, or the time is up, which is a violation of its own.</summary>
    private bool IsEnough()
    {
        if (!isOver && Left() == TimeSpan.Zero)
        {
            isOver = true;
            violations.Add((RootField, "takes too long to check: simplify the channel's schema or send less metadata"));
        }

        return isOver || violations.Count >= MaxViolations;
    }

    private TimeSpan Left() => Budget - timeProvider.GetElapsedTime(start) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    private void Check(JsonElement schema, JsonElement value, string field)
    {
        if (schema.ValueKind != JsonValueKind.Object || IsEnough())
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
            && !choices.EnumerateArray().Any(choice => IsEnough() || JsonElement.DeepEquals(choice, value)))
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
                if (IsEnough())
                {
                    return;
                }

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
            if (IsEnough())
            {
                return;
            }

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
        var length = WholeCharacters.Count(text);
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

    /// <summary>Whether a text fits. A pattern that is invalid, too long or too slow fits nothing, so that its author notices.</summary>
    private bool Matches(string text, string pattern)
    {
        try
        {
            return pattern.Length <= MaxPatternLength && Left() is { Ticks: > 0 } left && Regex.IsMatch(text, pattern, RegexOptions.None, left);
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
