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
}
