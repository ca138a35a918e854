using System.Text.Json;
using System.Text.RegularExpressions;

namespace Backchannel.Native.Tests.Bus.Model;

/// <summary>Puts members of earlier answers into operations.</summary>
internal sealed partial class References
{
    private readonly Dictionary<int, JsonElement> answers = [];

    public void Add(int operation, JsonElement answer) => answers[operation] = answer;

    /// <returns>Null when it refers to what is not there.</returns>
    public Operation? Resolve(Operation operation) =>
        Replace(operation.Key, escape: false) is { } key
        && Replace(operation.Path, escape: true) is { } path
        && Replace(operation.Body ?? "", escape: false) is { } body
            ? operation with { Key = key, Path = path, Body = operation.Body is null ? null : body }
            : null;

    [GeneratedRegex(@"\{(\d+)\.([a-z_.]+)\}")]
    private static partial Regex Reference();

    private string? Replace(string text, bool escape)
    {
        var complete = true;
        var replaced = Reference().Replace(text, match =>
        {
            var value = Find(int.Parse(match.Groups[1].ValueSpan), match.Groups[2].Value);
            complete &= value is not null;
            return escape ? Uri.EscapeDataString(value ?? "") : value ?? "";
        });
        return complete ? replaced : null;
    }

    private string? Find(int operation, string path)
    {
        if (!answers.TryGetValue(operation, out var element))
        {
            return null;
        }

        foreach (var member in path.Split('.'))
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(member, out element))
            {
                return null;
            }
        }

        return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
    }
}
