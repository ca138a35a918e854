using Backchannel.Native.Cli;
using Backchannel.Native.Cli.Views;

namespace Backchannel.Native.Tests.Cli.Views;

/// <summary>Tables for terminals of every width.</summary>
public sealed class TextTableTests
{
    [Fact]
    public void Columns_are_as_wide_as_they_need_to_be()
    {
        var table = new TextTable(columns: null, new("NAME", TextTable.Kind.Name), new("COUNT", IsNumber: true), new("NOTE"));
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
        var table = new TextTable(columns, new("NAME", TextTable.Kind.Name), new("WORKER", TextTable.Kind.Name), new("TASK", TextTable.Kind.Text));
        table.Add(new string('n', 100), new string('w', 100), new string('t', 300));

        Assert.All(table.Lines(), line => Assert.InRange(TextColumns.Of(line), 1, columns));
        Assert.True(columns < 80 || table.Lines()[1].Count(letter => letter == 't') >= 20);
    }

    [Theory]
    [InlineData(60, "STATE  WHO                 TASK", "known  somebody-with-name  ttttttttttttttttttttttttttttttttt…")]
    [InlineData(47, "STATE  WHO                 TASK", "known  somebody-with-name  tttttttttttttttttttt…")]
    [InlineData(46, "STATE  TASK", "known  tttttttttttttttttttttttttttttttttttttttt…")]
    public void A_column_is_left_out_before_a_word_or_a_name_of_usual_length_is_cut(int columns, string titles, string row)
    {
        var table = new TextTable(columns, new("STATE"), new("WHO", TextTable.Kind.Name, LeftOut: 1), new("TASK", TextTable.Kind.Text));
        table.Add("known", "somebody-with-name", new string('t', 300));

        Assert.Equal([titles, row[..(columns - 1)] + "…"], table.Lines());
    }

    [Theory]
    [InlineData(63, "work-vm-clau…nt-number-7  ")]
    [InlineData(61, "work-vm-cla…t-number-7  ")]
    [InlineData(57, "work-vm-c…number-7  ")]
    [InlineData(49, "work-vm-c…number-7  ")]
    public void A_long_name_is_cut_for_a_text_and_keeps_a_usual_length(int columns, string name)
    {
        var table = new TextTable(columns, new("STATE"), new("WHO", TextTable.Kind.Name), new("TASK", TextTable.Kind.Text));
        table.Add("known", "work-vm-claude-code-agent-number-7", new string('t', 300));

        Assert.StartsWith($"known  {name}tttttttttt", table.Lines()[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_long_name_both_ends_are_shown()
    {
        var table = new TextTable(80, new("WHO", TextTable.Kind.Name), new("SINCE"));
        table.Add("work-vm-claude-code-agent-number-7", "5 min ago");

        Assert.Equal("work-vm-clau…nt-number-7  5 min ago", table.Lines()[1]);
    }
}
