using Backchannel.Native.Wake;

namespace Backchannel.Native.Tests.Wake;

public sealed class WakeStateTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string File => folder.File("session.json");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_a_server_writes_is_read()
    {
        System.IO.File.WriteAllText(File, Written());

        Assert.Equal(Written(), WakeState.Read(File)?.ToText());
    }

    [Theory]
    [InlineData("\"key\":\"over:a:1\"", "\"key\":null")]
    [InlineData("\"key\":\"over:a:1\"", "\"key\":\"over\\nwake\"")]
    [InlineData("\"id\":\"a\"", "\"id\":null")]
    [InlineData("\"kind\":0", "\"kind\":99")]
    [InlineData("\"kind\":0", "\"kind\":-1")]
    [InlineData("\"kind\":0", "\"kind\":2")]
    [InlineData("\"kind\":0", "\"kind\":9999999999")]
    [InlineData("[\"reviews\"]", "[null]")]
    [InlineData("[\"a\"]", "[null]")]
    [InlineData("\"way\":\"socket\",\"at\"", "\"way\":null,\"at\"")]
    [InlineData("\"id\":\"a\"", "\"id\":\"\\ud800\"")]
    public void What_no_server_writes_is_not_read(string part, string other)
    {
        Assert.Contains(part, Written(), StringComparison.Ordinal);
        System.IO.File.WriteAllText(File, Written().Replace(part, other, StringComparison.Ordinal));

        Assert.Null(WakeState.Read(File));
    }

    [UnixFact]
    public async Task A_FIFO_holds_nobody_up()
    {
        await ProgramRun.RunAsync("mkfifo", [File]);

        Assert.Null(await Task.Run(() => WakeState.Read(File)).Within());
    }

    [UnixFact]
    public void A_link_is_not_followed()
    {
        System.IO.File.WriteAllText(folder.File("target"), Written());
        System.IO.File.CreateSymbolicLink(File, folder.File("target"));

        Assert.Null(WakeState.Read(File));
    }

    [Fact]
    public void A_file_that_is_too_long_is_not_read()
    {
        System.IO.File.WriteAllText(File, Written() + new string(' ', 1024 * 1024));

        Assert.Null(WakeState.Read(File));
    }

    [Fact]
    public void Whatever_there_is_to_tell_the_file_stays_short_enough_and_keeps_what_comes_first()
    {
        var lane = new string('x', 200);
        var events = Enumerable.Range(0, 20_000).Select(id => WakeEvent.Message($"{id}", lane)).Prepend(WakeEvent.Over("own", 1));
        System.IO.File.WriteAllText(File, new WakeState("codex", "local", null, [], [], [.. events], []).ToText());

        Assert.Equal("own", WakeState.Read(File)?.News[0].Id);
    }

    private static string Written() =>
        new WakeState("codex", "local", null, ["a"], ["reviews"], [WakeEvent.Over("a", 1)], [new("socket", new(2026, 5, 4, 3, 2, 1, TimeSpan.Zero))]).ToText();
}
