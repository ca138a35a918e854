using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Mcp;

/// <summary>Checks the arguments of a tool against its input schema, in words that let a model correct itself.</summary>
internal sealed class ArgumentRules
{
    /// <summary>Faults that are told at a time; nobody reads more.</summary>
    private const int MostFaults = 5;

    private readonly Dictionary<string, ParameterRule> parameters = new(StringComparer.Ordinal);
    private readonly HashSet<string> required = new(StringComparer.Ordinal);
    private readonly bool allowsOthers;

    /// <param name="inputSchema">A JSON Schema document with <c>"type": "object"</c> at its root.</param>
    public ArgumentRules(ReadOnlySpan<byte> inputSchema)
    {
        var reader = new Utf8JsonReader(inputSchema);
        var schema = JsonElement.ParseValue(ref reader);
        if (schema.TryGetProperty("properties", out var properties))
        {
            foreach (var property in properties.EnumerateObject())
            {
                parameters.Add(property.Name, new ParameterRule(property.Value));
            }
        }

        if (schema.TryGetProperty("required", out var names))
        {
            required.UnionWith(names.EnumerateArray().Select(name => name.GetString()!));
        }

        allowsOthers = !schema.TryGetProperty("additionalProperties", out var others) || others.ValueKind is not JsonValueKind.False;
    }

    /// <summary>Gives back arguments that fit the schema, with nulls left out where null means absent, and integers without a point.</summary>
    /// <exception cref="ToolException">They do not fit; the text names each parameter, what came, and what is allowed.</exception>
    public JsonElement Check(JsonElement arguments)
    {
        if (arguments.ValueKind is not JsonValueKind.Object)
        {
            throw new ToolException("The arguments must be an object.");
        }

        var faults = FindFaults(arguments).Take(MostFaults).ToList();
        return faults.Count == 0 ? Normalize(arguments) : throw new ToolException(string.Join('\n', faults));
    }

    private IEnumerable<string> FindFaults(JsonElement arguments)
    {
        if (!HasOnlyText(JsonMarshal.GetRawUtf8Value(arguments)))
        {
            // Nothing below could read it, and no answer could repeat it.
            yield return "The arguments hold half of a surrogate pair (such as \\ud800), which is not text. Send whole characters.";
            yield break;
        }

        foreach (var argument in arguments.EnumerateObject())
        {
            if (!parameters.TryGetValue(argument.Name, out var rule))
            {
                if (!allowsOthers)
                {
                    yield return DescribeUnknown(argument.Name);
                }
            }
            else if (!IsAbsent(argument.Value, rule) && !rule.Allows(argument.Value))
            {
                yield return $"Wrong parameter {argument.Name}: got {Excerpt.Of(Show(argument.Value))}; allowed: {rule.Describe()}.";
            }
        }

        foreach (var name in required)
        {
            if (!arguments.TryGetProperty(name, out var value) || IsAbsent(value, parameters[name]))
            {
                yield return $"Missing parameter {name}: it is required; allowed: {parameters[name].Describe()}.";
            }
        }
    }

    private string DescribeUnknown(string name)
    {
        var text = $"Unknown parameter {Excerpt.Of(name)}";
        if (parameters.Count == 0)
        {
            return $"{text}: this tool takes none.";
        }

        var nearest = NearestName.Find(name, parameters.Keys);
        return nearest is null
            ? $"{text}; allowed: {string.Join(", ", parameters.Keys)}."
            : $"{text}: did you mean {nearest}? Allowed: {string.Join(", ", parameters.Keys)}.";
    }

    private static bool IsAbsent(JsonElement value, ParameterRule rule) =>
        value.ValueKind is JsonValueKind.Null && !rule.AllowsNull;

    private static string Show(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        _ => Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(value)),
    };

    private static bool HasOnlyText(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\u"u8) < 0)
        {
            return true;
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = JsonRpcMessage.MaxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                {
                    _ = reader.GetString();
                }
            }
        }
        catch (InvalidOperationException)
        {
            return false;
        }

        return true;
    }

    private JsonElement Normalize(JsonElement arguments)
    {
        if (!arguments.EnumerateObject().Any(NeedsNormalizing))
        {
            return arguments;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var argument in arguments.EnumerateObject())
            {
                Normalize(argument, json);
            }

            json.WriteEndObject();
        }

        return JsonElement.Parse(buffer.WrittenSpan, new JsonDocumentOptions { MaxDepth = JsonRpcMessage.MaxDepth });
    }

    private bool NeedsNormalizing(JsonProperty argument) =>
        parameters.TryGetValue(argument.Name, out var rule) && (IsAbsent(argument.Value, rule) || IsSpelledAsFraction(argument.Value, rule));

    private void Normalize(JsonProperty argument, Utf8JsonWriter json)
    {
        if (!NeedsNormalizing(argument))
        {
            argument.WriteTo(json);
        }
        else if (argument.Value.ValueKind is JsonValueKind.Number)
        {
            // JSON has one kind of number: 5.0 is the integer 5.
            json.WriteNumber(argument.Name, decimal.Truncate(argument.Value.GetDecimal()));
        }
    }

    private static bool IsSpelledAsFraction(JsonElement value, ParameterRule rule) =>
        rule.IsInteger
        && value.ValueKind is JsonValueKind.Number
        && !value.TryGetInt64(out _)
        && value.TryGetDecimal(out _);
}
