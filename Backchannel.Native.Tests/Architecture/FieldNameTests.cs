using System.Text.RegularExpressions;

namespace Backchannel.Native.Tests.Architecture;

/// <summary>Private fields have one style, in the product and in its tests.</summary>
public sealed partial class FieldNameTests
{
    [Fact]
    public void No_private_field_begins_with_an_underscore()
    {
        var files = new[] { "Backchannel.Native", "Backchannel.Native.Tests" }
            .SelectMany(project => Directory.EnumerateFiles(RepositoryRoot.Combine(project), "*.cs", SearchOption.AllDirectories)).ToList();

        var found = files.SelectMany(file => Field().Matches(File.ReadAllText(file)).Select(field => $"{Path.GetFileName(file)}: {field.Value}"));

        Assert.True(files.Count > 500, $"only {files.Count} files were looked at");
        Assert.Empty(found);
    }

    [GeneratedRegex(@"private [^(=;\n]* _\w+")]
    private static partial Regex Field();
}
