namespace Backchannel.Native.Tests.Measurements;

public sealed class TestTimesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Times_are_added_up_by_room_and_the_slowest_room_comes_first()
    {
        Write("build=31\nunit tests=140\n", [("Wire.ATests", 1.2, true), ("Bus.Storage.BTests", 2, true), ("Bus.CTests", 3.5, false)]);

        var text = TestTimes.Read(folder.Path).ToText();

        Assert.Contains("     31  build\n    140  unit tests\n", text, StringComparison.Ordinal);
        Assert.Contains("      6  Bus (2 tests)\n      1  Wire (1 tests)\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_line_counts_the_tests_of_all_runs_as_the_check_reads_them()
    {
        Write("build=1\n", [("Bus.ATests", 1, true), ("Bus.BTests", 1, true)]);
        Write("build=1\n", [("EndToEnd.CTests", 1, true), ("EndToEnd.DTests", 1, false)]);

        var last = TestTimes.Read(folder.Path).ToText().TrimEnd('\n').Split('\n')[^1];

        Assert.Equal("Failed: 1, Passed: 3, Skipped: 0, Total: 4", last);
        Assert.Contains("'Failed: +[0-9]+, Passed: +[0-9]+'", File.ReadAllText(RepositoryRoot.Combine(".ci", "run")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_test_that_did_not_run_counts_as_skipped()
    {
        File.WriteAllText(folder.File("times"), "");
        File.WriteAllText(folder.File("a.trx"), Report("", "", """<Counters total="5" executed="3" passed="2" failed="1" />"""));

        Assert.EndsWith("Failed: 1, Passed: 2, Skipped: 2, Total: 5\n", TestTimes.Read(folder.Path).ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_failed_is_said_again_before_the_last_line()
    {
        File.WriteAllText(folder.File("times"), "");
        File.WriteAllText(folder.File("postgres.trx"), Report(
            """
            <UnitTestResult testId="0" testName="A post is seen" outcome="Failed">
              <Output><ErrorInfo><Message>Expected: 1</Message><StackTrace>at Posts.cs:line 7</StackTrace></ErrorInfo></Output>
            </UnitTestResult>
            """,
            """<UnitTest id="0"><TestMethod className="Backchannel.Native.Tests.Bus.PostTests" /></UnitTest>""",
            """<Counters total="1" executed="1" passed="0" failed="1" />"""));

        Assert.EndsWith(
            "\nFailed in postgres: A post is seen\nExpected: 1\nat Posts.cs:line 7\n\nFailed: 1, Passed: 0, Skipped: 0, Total: 1\n",
            TestTimes.Read(folder.Path).ToText(),
            StringComparison.Ordinal);
    }

    private void Write(string times, (string Class, double Seconds, bool Passes)[] tests)
    {
        File.WriteAllText(folder.File("times"), times);
        File.WriteAllText(folder.File($"{Guid.NewGuid()}.trx"), Report(
            string.Concat(tests.Select((test, id) => FormattableString.Invariant(
                $"""<UnitTestResult testId="{id}" duration="{TimeSpan.FromSeconds(test.Seconds)}" outcome="{(test.Passes ? "Passed" : "Failed")}" />"""))),
            string.Concat(tests.Select((test, id) => $"""<UnitTest id="{id}"><TestMethod className="Backchannel.Native.Tests.{test.Class}" /></UnitTest>""")),
            $"""<Counters total="{tests.Length}" executed="{tests.Length}" passed="{tests.Count(test => test.Passes)}" failed="{tests.Count(test => !test.Passes)}" />"""));
    }

    private static string Report(string results, string definitions, string counters) =>
        $"""
        <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
          <Results>{results}</Results><TestDefinitions>{definitions}</TestDefinitions><ResultSummary>{counters}</ResultSummary>
        </TestRun>
        """;
}
