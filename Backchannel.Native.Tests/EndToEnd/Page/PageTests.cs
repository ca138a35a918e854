using Xunit.Abstractions;

namespace Backchannel.Native.Tests.EndToEnd.Page;

/// <summary>The page of the published program in a real browser.</summary>
public sealed class PageTests(ITestOutputHelper output)
{
    /// <param name="scenario">A file of the folder <c>browser</c>; its first line says what it is about.</param>
    [BrowserTheory]
    [InlineData("views")]
    [InlineData("lanes")]
    [InlineData("task")]
    [InlineData("nothing")]
    [InlineData("signin")]
    [InlineData("otherkey")]
    [InlineData("acts")]
    [InlineData("dialogs")]
    [InlineData("refusals")]
    [InlineData("live")]
    [InlineData("crowd")]
    [InlineData("strangers")]
    [InlineData("flood")]
    [InlineData("hostile")]
    [InlineData("keyboard")]
    [InlineData("open")]
    [InlineData("link")]
    public async Task The_page_does_what_the_scenario_says(string scenario)
    {
        var (exitCode, text) = await Browser.RunAsync(scenario);

        output.WriteLine(text);
        Assert.True(exitCode == 0, text);
    }
}
