using System.Text.Json;

namespace Backchannel.Native.Cli.Config;

/// <summary>Rules by which a client refuses tools, whatever else it allows.</summary>
internal static class DenyRules
{
    private static readonly JsonDocumentOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Those that meet tools of a server.</summary>
    /// <param name="json">The client's file.</param>
    /// <param name="path">The names that lead to the list.</param>
    /// <param name="rule">The rule for all tools of the server; one for a single tool begins with it.</param>
    public static IReadOnlyList<string> Find(string json, IReadOnlyList<string> path, string rule)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Options);
            var place = document.RootElement;
            foreach (var name in path)
            {
                if (place.ValueKind != JsonValueKind.Object || !place.TryGetProperty(name, out place))
                {
                    return [];
                }
            }

            return place.ValueKind != JsonValueKind.Array ? [] :
            [
                .. place.EnumerateArray().Where(static item => item.ValueKind == JsonValueKind.String).Select(static item => item.GetString()!)
                    .Where(denied => denied == rule || denied.StartsWith($"{rule}__", StringComparison.Ordinal)),
            ];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
