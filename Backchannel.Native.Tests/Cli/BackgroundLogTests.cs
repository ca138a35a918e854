using System.Text;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Cli;

namespace Backchannel.Native.Tests.Cli;

/// <summary>The log of a bus in the background goes into a file of its own, or nowhere.</summary>
public sealed class BackgroundLogTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void What_is_logged_is_added_to_the_file()
    {
        Write("one ");
        Write("two");

        Assert.Equal("one two", File.ReadAllText(PathOf("bus.log")));
    }

    [UnixFact]
    public void A_link_is_not_followed()
    {
        File.WriteAllText(PathOf("other"), "kept");
        File.CreateSymbolicLink(PathOf("bus.log"), PathOf("other"));

        Write("one");

        Assert.Equal("kept", File.ReadAllText(PathOf("other")));
    }

    public void Dispose() => folder.Dispose();

    private string PathOf(string name) => Path.Combine(folder.Path, name);

    private void Write(string text)
    {
        using var log = BackgroundLog.Open(new BusOptions { DatabasePath = PathOf("bus.db") });
        log.Write(Encoding.UTF8.GetBytes(text));
    }
}
