namespace Backchannel.Native.Mcp;

/// <summary>Finds the name that a mistyped one probably stands for.</summary>
internal static class NearestName
{
    /// <summary>The candidate with the fewest edits, at most a third of its length and one; null when none is that near.</summary>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        if (name.Length > 100)
        {
            return null;
        }

        return candidates
            .Select(candidate => new { Name = candidate, Edits = CountEdits(Fold(name), Fold(candidate)) })
            .Where(candidate => candidate.Edits <= 1 + (candidate.Name.Length / 3))
            .OrderBy(candidate => candidate.Edits)
            .Select(candidate => candidate.Name)
            .FirstOrDefault();
    }

    /// <summary>Case and separators do not count as edits.</summary>
    private static string Fold(string name) =>
        string.Concat(name.Where(char.IsLetterOrDigit)).ToUpperInvariant();

    /// <summary>Levenshtein distance, one row at a time.</summary>
    private static int CountEdits(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[right.Length];
    }
}
