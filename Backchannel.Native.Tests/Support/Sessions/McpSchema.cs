using Newtonsoft.Json.Linq;
using NJsonSchema;

namespace Backchannel.Native.Tests.Support.Sessions;

/// <summary>The published JSON schema of one protocol version.</summary>
internal sealed class McpSchema
{
    private static readonly string[] Versions = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"];

    private static readonly Dictionary<string, Lazy<McpSchema>> Schemas =
        Versions.ToDictionary(version => version, version => new Lazy<McpSchema>(() => Load(version)));

    private readonly JsonSchema root;

    private McpSchema(JsonSchema root) => this.root = root;

    public static McpSchema Of(string version) => Schemas[version].Value;

    public bool Defines(string definition) => root.Definitions.ContainsKey(definition);

    /// <summary>Fails the test when the value does not fit.</summary>
    public void Check(string definition, string json)
    {
        lock (root)
        {
            var errors = root.Definitions[definition].Validate(json);
            Assert.True(errors.Count == 0, $"Not a {definition}: {string.Join("; ", errors)}\n{json}");
        }
    }

    /// <remarks>
    /// The validator knows an older dialect. Two renamings, which keep the meaning, close the gap to what these documents use:
    /// <c>$defs</c> is <c>definitions</c>, and <c>const</c> an <c>enum</c> of one.
    /// </remarks>
    private static McpSchema Load(string version)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Fixtures", "mcp-schema", $"{version}.json");
        var text = File.ReadAllText(path).Replace("\"$defs\"", "\"definitions\"").Replace("#/$defs/", "#/definitions/");
        var document = JObject.Parse(text);
        foreach (var schema in document.Descendants().OfType<JObject>().Where(schema => schema["const"] is JValue).ToList())
        {
            schema["enum"] = new JArray(schema["const"]!);
            schema.Remove("const");
        }

        return new(JsonSchema.FromJsonAsync(document.ToString()).GetAwaiter().GetResult());
    }
}
