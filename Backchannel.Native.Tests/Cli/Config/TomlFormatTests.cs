using Backchannel.Native.Cli.Config;

namespace Backchannel.Native.Tests.Cli.Config;

public sealed class TomlFormatTests
{
    private static readonly ConfigValue Entry = ConfigValue.Of(
        ("command", new ConfigValue.Text("/x")), ("args", new ConfigValue.Words([])), ("env", ConfigValue.Of(("A", new ConfigValue.Text("1")))));

    private const string Table = "[servers.mine]\ncommand = \"/x\"\nargs = []\nenv = { A = \"1\" }\n";

    [Theory]
    [InlineData("", Table)]
    [InlineData("a = 1", "a = 1\n\n" + Table)]
    [InlineData("# only a comment\n", "# only a comment\n\n" + Table)]
    [InlineData("[servers]\n[servers.other]\nx = '''\n[servers.mine]\n'''\n", "[servers]\n[servers.other]\nx = '''\n[servers.mine]\n'''\n\n" + Table)]
    [InlineData("a = 2026-01-02 03:04:05 # when\r\n", "a = 2026-01-02 03:04:05 # when\r\n\r\n[servers.mine]\r\ncommand = \"/x\"\r\nargs = []\r\nenv = { A = \"1\" }\r\n")]
    [InlineData("[[hooks]]\na = [1, { b = \"]\" },\n # c\n]\n[[hooks]]\na = 1\n", "[[hooks]]\na = [1, { b = \"]\" },\n # c\n]\n[[hooks]]\na = 1\n\n" + Table)]
    public void A_table_is_added_at_the_end(string before, string after)
    {
        Assert.Equal(after, Merge(before));
    }

    [Theory]
    [InlineData(
        "[servers.mine] # ours\ncommand = '/old' # was\nextra = true\n\n[next]\nargs = 1\n",
        "[servers.mine] # ours\ncommand = \"/x\" # was\nextra = true\nargs = []\nenv = { A = \"1\" }\n\n[next]\nargs = 1\n")]
    [InlineData(
        "[servers.mine]\ncommand = '/x'\nargs = [ ]\nenv = { KEY = \"theirs\" }",
        "[servers.mine]\ncommand = '/x'\nargs = [ ]\nenv = { KEY = \"theirs\", A = \"1\" }")]
    [InlineData(
        "[servers.mine]\nargs = []\ncommand = \"/x\"\nenv = {}\n",
        "[servers.mine]\nargs = []\ncommand = \"/x\"\nenv = { A = \"1\" }\n")]
    [InlineData(
        "[servers.\"mine\"]\nargs = []\ncommand = \"/x\"\n[servers.mine.env]\nKEY = 'theirs'\n# end\n",
        "[servers.\"mine\"]\nargs = []\ncommand = \"/x\"\n[servers.mine.env]\nKEY = 'theirs'\nA = \"1\"\n# end\n")]
    [InlineData(
        "[servers]\nmine = { command = \"/old\", args = [], env = { A = \"1\" } }\n",
        "[servers]\nmine = { command = \"/x\", args = [], env = { A = \"1\" } }\n")]
    [InlineData(
        "[servers.mine]\nargs = []\ncommand = \"/x\"\nenv.A = \"0\"\n",
        "[servers.mine]\nargs = []\ncommand = \"/x\"\nenv.A = \"1\"\n")]
    public void A_table_that_is_there_keeps_what_is_not_ours(string before, string after)
    {
        Assert.Equal(after, Merge(before));
        Assert.Equal(after, Merge(after));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a =")]
    [InlineData("a = \"x")]
    [InlineData("a = 'x\n'")]
    [InlineData("a = [1, 2")]
    [InlineData("a = { b = 1")]
    [InlineData("a = 1 b = 2")]
    [InlineData("a = 1\na = 2")]
    [InlineData("[a")]
    [InlineData("[a]\n[a]")]
    [InlineData("a = yes")]
    [InlineData("{\"json\": true}")]
    [InlineData("a = \"\"\"never closed")]
    [InlineData("servers = { other = {} }")]
    [InlineData("servers.mine.env.A = \"0\"")]
    [InlineData("[servers.mine.command]\nx = 1")]
    public void What_is_not_TOML_or_cannot_hold_the_table_is_refused(string text)
    {
        Assert.Throws<FormatException>(() => Merge(text));
    }

    [Fact]
    public void The_place_of_a_mistake_is_named()
    {
        var exception = Assert.Throws<FormatException>(() => Merge("a = 1\nb = ?\n"));

        Assert.StartsWith("line 2, column 5 ", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(@"C:\Tools\backchannel-mcp.exe", @"'C:\Tools\backchannel-mcp.exe'")]
    [InlineData(@"C:\It's\x", @"""C:\\It's\\x""")]
    [InlineData("/say \"hi\"", "\"/say \\\"hi\\\"\"")]
    public void Paths_are_quoted_so_that_they_come_back(string path, string quoted)
    {
        Assert.Equal(quoted, TomlSpelling.Value(new ConfigValue.Text(path)));
    }

    private static string Merge(string text) => new TomlFormat().Merge(text, ["servers", "mine"], Entry);
}
