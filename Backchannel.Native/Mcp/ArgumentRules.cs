using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Backchannel.Native.JsonRpc;
using Backchannel.Native.Text;

namespace Backchannel.Native.Mcp;

/// <summary>Checks the arguments of a tool against its input schema, in words that let a model correct itself.</summary>
internal sealed class ArgumentRules
{
    /// <summary>Most faults that one refusal names.</summary>
    private const int MostFaults = 5;

    private const string LoneSurrogate = "The arguments hold half of a surrogate pair (such as \\ud800), which is not text. Send whole characters.";

    private readonly Dictionary<string, ParameterRule> parameters = new(StringComparer.Ordinal);
    private readonly HashSet<string> required = new(StringComparer.Ordinal);
    private readonly IReadOnlyCollection<string> exact;
    private readonly bool allowsOthers;

    /// <param name="inputSchema">A JSON Schema document with <c>"type": "object"</c> at its root.</param>
    /// <param name="exact">Parameters whose numbers are refused when they are out of range; others are taken as the nearest that is allowed.</param>
    public ArgumentRules(ReadOnlySpan<byte> inputSchema, params IReadOnlyCollection<string> exact)
    {
        this.exact = exact;
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

    /// <summary>Parameters that are ids, or lists of ids: what no id can be is refused, and blanks around one are left out.</summary>
    public IReadOnlyCollection<string> Ids { get; init; } = [];

    /// <summary>Allows larger numbers than the schema does.</summary>
    public void Raise(string parameter, double maximum) => parameters[parameter].Maximum = maximum;

    /// <summary>Gives back arguments that fit the schema: nulls that mean absent are left out, and each value has the kind that the schema asks for.</summary>
    /// <exception cref="ToolException">They do not fit; the text names each parameter, what came, and what is allowed.</exception>
    public CheckedArguments Check(JsonElement arguments)
    {
        if (arguments.ValueKind is not JsonValueKind.Object)
        {
            throw new ToolException("The arguments must be an object.");
        }

        if (LoneSurrogates.AreIn(JsonMarshal.GetRawUtf8Value(arguments)))
        {
            // Reading such a string throws, and no answer could contain it.
            throw new ToolException(LoneSurrogate);
        }

        var (taken, notes, faults) = (new List<(string Name, JsonElement Value)>(), new List<string>(), new List<string>());
        var fitsAsItCame = true;
        foreach (var argument in arguments.EnumerateObject())
        {
            if (!parameters.TryGetValue(argument.Name, out var rule))
            {
                taken.Add((argument.Name, argument.Value));
                faults.AddRange(allowsOthers ? [] : [DescribeUnknown(argument.Name)]);
            }
            else if (IsAbsent(argument.Value, rule))
            {
                fitsAsItCame = false;
            }
            else
            {
                var value = Take(argument, rule, notes, faults);
                taken.Add((argument.Name, value));

                // Spans are equal when they are the same memory: the rule gave the value back as it came.
                fitsAsItCame &= JsonMarshal.GetRawUtf8Value(value) == JsonMarshal.GetRawUtf8Value(argument.Value);
            }
        }

        faults.AddRange(required.Where(name => taken.TrueForAll(argument => argument.Name != name)).Select(DescribeMissing));
        return faults.Count == 0
            ? new(fitsAsItCame ? arguments : Write(taken), notes.Count == 0 ? null : string.Join(' ', notes))
            : throw new ToolException(string.Join('\n', faults.Take(MostFaults)));
    }

    private JsonElement Take(JsonProperty argument, ParameterRule rule, List<string> notes, List<string> faults)
    {
        var value = rule.Read(argument.Value);
        if (!exact.Contains(argument.Name) && rule.MoveIntoRange(value) is { } moved)
        {
            // A refusal would cost the model another call. The note tells it what was done.
            var bound = moved.GetDouble() < value.GetDouble() ? "most" : "least";
            notes.Add($"{argument.Name} {Excerpt.Of(Show(value))} was taken as {Show(moved)}, the {bound} allowed.");
            value = moved;
        }

        if (!rule.Allows(value))
        {
            var got = rule.FindWrongItem(value) is var (number, item)
                ? $"{Excerpt.Of(Show(item))} as entry {number}"
                : Excerpt.Of(Show(argument.Value));
            faults.Add($"Wrong parameter {argument.Name}: got {got}; allowed: {rule.Describe()}.");
        }
        else if (argument.Value.ValueKind is JsonValueKind.String && LoneSurrogates.AreIn(JsonMarshal.GetRawUtf8Value(value)))
        {
            faults.Add(LoneSurrogate);
        }
        else if (Ids.Contains(argument.Name))
        {
            value = IdParameter.Read(argument.Name, value, faults);
        }

        return value;
    }

    private string DescribeMissing(string name)
    {
        var rule = parameters[name];
        return rule.Meaning is { } meaning
            ? $"Missing parameter {name}, which is required: {meaning} Allowed: {rule.Describe()}."
            : $"Missing parameter {name}: it is required; allowed: {rule.Describe()}.";
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

    private static JsonElement Write(List<(string Name, JsonElement Value)> arguments)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (name, value) in arguments)
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return JsonElement.Parse(buffer.WrittenSpan, new JsonDocumentOptions { MaxDepth = JsonRpcMessage.MaxDepth });
    }
}
