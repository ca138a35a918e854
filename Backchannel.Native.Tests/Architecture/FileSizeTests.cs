namespace Backchannel.Native.Tests.Architecture;

/// <summary>A file of the product has one concept, so it stays short.</summary>
public sealed class FileSizeTests
{
    private const int MostLines = 249;

    [Fact]
    public void No_source_file_of_the_product_has_250_lines()
    {
        var files = Directory.GetFiles(RepositoryRoot.Combine("Backchannel.Native"), "*.cs", SearchOption.AllDirectories);

        var longer = files.Where(file => File.ReadLines(file).Count() > MostLines).Select(Path.GetFileName);

        Assert.True(files.Length > 400, $"only {files.Length} files were looked at");
        Assert.Empty(longer);
    }

    [Fact]
    public void No_run_of_twelve_lines_stands_twice_in_the_product()
    {
        const int Run = 12;
        var seen = new Dictionary<string, string>();
        var twice = new List<string>();
        foreach (var file in Directory.GetFiles(RepositoryRoot.Combine("Backchannel.Native"), "*.cs", SearchOption.AllDirectories))
        {
            var lines = File.ReadLines(file).Select(static line => line.Trim())
                .Where(static line => line.Length > 0 && !line.StartsWith("using ", StringComparison.Ordinal)).ToList();
            for (var start = 0; start + Run <= lines.Count; start++)
            {
                var run = string.Join('\n', lines.Skip(start).Take(Run));
                var place = $"{Path.GetFileName(file)}: {lines[start]}";
                if (!seen.TryAdd(run, place))
                {
                    twice.Add($"{place} / {seen[run]}");
                }
            }
        }

        Assert.True(seen.Count > 20_000, $"only {seen.Count} runs were looked at");
        Assert.Empty(twice);
    }
}
