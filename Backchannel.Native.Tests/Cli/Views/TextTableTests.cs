using Backchannel.Native.Cli;
using Backchannel.Native.Cli.Views;

namespace Backchannel.Native.Tests.Cli.Views;

/// <summary>Tables for terminals of every width.</summary>
public sealed class TextTableTests
{
    [Fact]
    public void Columns_are_as_wide_as_they_need_to_be()
    {
        var table = new TextTable(columns: null, new("NAME"), new("COUNT", IsNumber: true), new("NOTE"));
        table.Add("漢字", "7", "one");
        table.Add("a", "1000000", "two\nlines");

        Assert.Equal(["NAME    COUNT  NOTE", "漢字        7  one", "a     1000000  two lines"], table.Lines());
    }

    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public void No_line_is_wider_than_the_terminal(int columns)
    {
        var table = new TextTable(columns, new("NAME"), new("WORKER", 30), new("TASK"));
        table.Add(new string('n', 100), new string('w', 100), new string('t', 300));

        Assert.All(table.Lines(), line => Assert.InRange(TextColumns.Of(line), 1, columns));
        Assert.True(columns < 80 || table.Lines()[1].Count(letter => letter == 't') >= 28);
    }
}
