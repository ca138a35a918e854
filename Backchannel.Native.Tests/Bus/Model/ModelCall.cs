using System.Collections.Specialized;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Backchannel.Native.Tests.Bus.Model;

/// <summary>What a request brings with it, and the checks that all verbs share.</summary>
internal sealed class ModelCall(ModelKey key, NameValueCollection query, string? body)
{
    public ModelKey Key => key;

    public NameValueCollection Query => query;

    public JsonObject Body { get; } = string.IsNullOrEmpty(body) ? [] : JsonNode.Parse(body)!.AsObject();

    /// <summary>The size of a page: 1 to 100, or 50.</summary>
    public int Limit => query["limit"] is not { } text
        ? 50
        : int.TryParse(text, out var limit) && limit is >= 1 and <= 100 ? limit : throw new ModelRefusal(422, "invalid_limit");

    public string Required(string name) => Body.ContainsKey(name) ? NonBlank(Body[name]) : throw new ModelRefusal(422, "missing_field");

    public string? Optional(string name) => Body[name] is { } value ? NonBlank(value) : null;

    public JsonObject? Object(string name) => Body[name] switch
    {
        null => null,
        JsonObject value => value.DeepClone().AsObject(),
        _ => throw new ModelRefusal(422, "invalid_object"),
    };

    public int? Integer(string name, int least, int most) => Integer(name, least, most, $"invalid_{name}");

    public int? Integer(string name, int least, int most, string code) => Body[name] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<int>(out var number) && number >= least && number <= most => number,
        _ => throw new ModelRefusal(422, code),
    };

    public static string NonBlank(JsonNode? value) =>
        value?.GetValueKind() == JsonValueKind.String && value.GetValue<string>().Trim() is { Length: > 0 } text
            ? text
            : throw new ModelRefusal(422, "invalid_string");
}
