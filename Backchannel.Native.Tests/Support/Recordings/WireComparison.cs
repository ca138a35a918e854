using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Backchannel.Native.Tests.Support.Recordings;

/// <summary>Compares an answer with a recorded one, binding placeholders where they are first seen.</summary>
internal sealed partial class WireComparison(WireNames names)
{
    private readonly List<string> problems = [];
    private readonly List<(string Want, string Got, string Where)> later = [];

    public IReadOnlyList<string> Problems => problems;

    public void Fail(string where, string text) => problems.Add($"{where}: {text}");

    public void Compare(JsonElement want, JsonElement got, string where)
    {
        Value(want, got, where, null);
        CompareRest();
    }

    public void CompareText(string want, string got, string where)
    {
        Text(want, got, where, final: false);
        CompareRest();
    }

    private void CompareRest()
    {
        foreach (var (want, got, where) in later.ToList())
        {
            Text(want, got, where, final: true);
        }

        later.Clear();
    }

    private void Value(JsonElement want, JsonElement got, string where, string? field)
    {
        if (want.ValueKind == JsonValueKind.String && want.GetString() == "{any}")
        {
            return;
        }

        if (want.ValueKind == JsonValueKind.String && want.GetString() == "{number}")
        {
            if (got.ValueKind != JsonValueKind.Number)
            {
                Fail(where, $"expected a number, got {got.GetRawText()}");
            }

            return;
        }

        if (want.ValueKind != got.ValueKind)
        {
            Fail(where, $"expected {want.GetRawText()}, got {got.GetRawText()}");
            return;
        }

        switch (want.ValueKind)
        {
            case JsonValueKind.String when field == "documentation_url":
                var path = Origin().Replace(got.GetString()!, "");
                Text(want.GetString()!.Replace("{base}", "", StringComparison.Ordinal), path, where, final: false);
                break;
            case JsonValueKind.String:
                Text(want.GetString()!, got.GetString()!, where, final: false);
                break;
            case JsonValueKind.Object:
                Object(want, got, where);
                break;
            case JsonValueKind.Array:
                Array(want, got, where);
                break;
            case JsonValueKind.Number when want.GetRawText() != got.GetRawText():
                Fail(where, $"expected {want.GetRawText()}, got {got.GetRawText()}");
                break;
        }
    }

    private void Object(JsonElement want, JsonElement got, string where)
    {
        // The times belong to the thing that the id names, so the id is compared first.
        foreach (var member in want.EnumerateObject().OrderBy(member => (member.Name != "id", member.Name != "created_at", member.Name)))
        {
            if (got.TryGetProperty(member.Name, out var value))
            {
                Value(member.Value, value, $"{where}.{member.Name}", member.Name);
            }
            else
            {
                Fail($"{where}.{member.Name}", "missing");
            }
        }

        foreach (var member in got.EnumerateObject().Where(member => !want.TryGetProperty(member.Name, out _)))
        {
            Fail($"{where}.{member.Name}", "unexpected field");
        }
    }

    private void Array(JsonElement want, JsonElement got, string where)
    {
        if (want.GetArrayLength() != got.GetArrayLength())
        {
            Fail(where, $"expected {want.GetArrayLength()} items, got {got.GetArrayLength()}");
        }

        for (var i = 0; i < Math.Min(want.GetArrayLength(), got.GetArrayLength()); i++)
        {
            Value(want[i], got[i], $"{where}[{i}]", null);
        }
    }

    private void Text(string want, string got, string where, bool final)
    {
        var marks = WireNames.Placeholder().Matches(want);
        if (marks.Count == 0)
        {
            if (want != got)
            {
                Fail(where, $"expected '{want}', got '{got}'");
            }

            return;
        }

        var isWhole = marks.Count == 1 && marks[0].Length == want.Length;
        if (isWhole && marks[0].Groups[2].Success)
        {
            Shifted(marks[0], want, got, where, final);
            return;
        }

        if (isWhole && names.Find(marks[0].Groups[1].Value) is { } known)
        {
            if (known != got)
            {
                Fail(where, $"expected {want} = '{known}', got '{got}'");
            }

            return;
        }

        if (!isWhole && !final && marks.Any(mark => names.Find(mark.Groups[1].Value) is null && !WireNames.IsFree(mark.Groups[1].Value)))
        {
            later.Add((want, got, where));
            return;
        }

        Bind(marks, want, got, where);
    }

    private void Bind(MatchCollection marks, string want, string got, string where)
    {
        var pattern = "^";
        var at = 0;
        var unknown = new List<string>();
        foreach (Match mark in marks)
        {
            var name = mark.Groups[1].Value;
            pattern += Regex.Escape(want[at..mark.Index]);
            at = mark.Index + mark.Length;
            if (names.Find(name) is { } value)
            {
                pattern += Regex.Escape(value);
            }
            else
            {
                pattern += $"({WireNames.Shape(name)})";
                unknown.Add(name);
            }
        }

        var hit = Regex.Match(got, $"{pattern}{Regex.Escape(want[at..])}$");
        if (!hit.Success)
        {
            Fail(where, $"expected '{want}', got '{got}'");
            return;
        }

        for (var i = 0; i < unknown.Count; i++)
        {
            if (!WireNames.IsFree(unknown[i]))
            {
                names[unknown[i]] = hit.Groups[i + 1].Value;
            }
        }
    }

    /// <summary>A time that is so many seconds after another; a second and a half of slack.</summary>
    private void Shifted(Match mark, string want, string got, string where, bool final)
    {
        if (names.Find(mark.Groups[1].Value) is not { } start)
        {
            if (final)
            {
                Fail(where, $"nothing is bound to {want}");
            }
            else
            {
                later.Add((want, got, where));
            }

            return;
        }

        var off = Instant(got) - Instant(start) - TimeSpan.FromSeconds(int.Parse(mark.Groups[2].Value, CultureInfo.InvariantCulture));
        if (off.Duration() > TimeSpan.FromSeconds(1.5))
        {
            Fail(where, $"expected {want}, got {got}, off by {off.TotalSeconds:0.0} s");
        }
    }

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex("^[a-z]+://[^/]+")]
    private static partial Regex Origin();
}
