namespace Backchannel.Native.Tests.EndToEnd.Page;

/// <summary>The program carries the page as one file, which is part of the repository.</summary>
public sealed class PageBundleTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("backchannel-page-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [BrowserTheory]
    [InlineData("index.html")]
    public async Task The_bundle_is_made_of_the_pages_sources(string name)
    {
        var (exitCode, text) = await Browser.RunAsync("bundle", Browser.Libraries, folder);

        Assert.True(exitCode == 0, text);
        var made = await File.ReadAllBytesAsync(Path.Combine(folder, name));
        var kept = await File.ReadAllBytesAsync(RepositoryRoot.Combine("Backchannel.Native", "Page", "bundle", name));
        Assert.True(kept.AsSpan().SequenceEqual(made), "the page has changed: run ./build.sh page");
    }
}
