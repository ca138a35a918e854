using System.Globalization;
using System.Xml.Linq;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>Where the time of a whole test run went, the steps of the build script and the tests of each room, and what failed.</summary>
/// <param name="steps">Name and seconds of each step, in the order in which they ended.</param>
/// <param name="rooms">The tests of each run of <c>dotnet test</c>, added up by room.</param>
/// <param name="failures">Said once more at the end, because a check keeps the end of a long output.</param>
internal sealed class TestTimes(
    IReadOnlyList<(string Name, int Seconds)> steps, IReadOnlyList<TestTimes.Room> rooms, IReadOnlyList<TestTimes.Failure> failures, TestTimes.Totals totals)
{
    private const string Root = "Backchannel.Native.Tests.";

    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <summary>Reads what a run of <c>build.sh test</c> left behind.</summary>
    /// <param name="folder">Holds <c>times</c>, a step per line as <c>name=seconds</c>, and a <c>.trx</c> file per run of <c>dotnet test</c>.</param>
    public static TestTimes Read(string folder)
    {
        var steps = File.ReadLines(Path.Combine(folder, "times"))
            .Select(line => line.Split('='))
            .Select(parts => (parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture)));
        var reports = Directory.EnumerateFiles(folder, "*.trx").Order(StringComparer.Ordinal)
            .Select(path => (Run: Path.GetFileNameWithoutExtension(path), Report: XDocument.Load(path))).ToList();
        var counters = reports.SelectMany(run => run.Report.Descendants(Trx + "Counters")).ToList();
        return new(
            [.. steps],
            [.. reports.SelectMany(run => Tests(run.Report)).GroupBy(test => test.Room).Select(room => new Room(room.Key, room.Count(), room.Sum(test => test.Seconds)))],
            [.. reports.SelectMany(Failures)],
            new(Sum("failed"), Sum("passed"), Sum("total") - Sum("executed")));

        int Sum(string counter) => counters.Sum(counts => (int)counts.Attribute(counter)!);
    }

    /// <summary>A table, and the totals in the words of <c>dotnet test</c>.</summary>
    public string ToText()
    {
        var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        text.WriteLine("Seconds by step");
        foreach (var (name, seconds) in steps)
        {
            text.WriteLine($"{seconds,7}  {name}");
        }

        text.WriteLine();
        text.WriteLine("Seconds by room, waits included; several tests run at once");
        foreach (var room in rooms.OrderByDescending(room => room.Seconds))
        {
            text.WriteLine($"{room.Seconds,7:0}  {room.Name} ({room.Tests} tests)");
        }

        foreach (var failure in failures)
        {
            text.WriteLine();
            text.WriteLine($"Failed in {failure.Run}: {failure.Test}");
            text.WriteLine(failure.Message);
        }

        text.WriteLine();
        text.WriteLine($"Failed: {totals.Failed}, Passed: {totals.Passed}, Skipped: {totals.Skipped}, Total: {totals.Failed + totals.Passed + totals.Skipped}");
        return text.ToString();
    }

    private static IEnumerable<(string Room, double Seconds)> Tests(XDocument report)
    {
        var classes = report.Descendants(Trx + "UnitTest").ToDictionary(
            test => (string)test.Attribute("id")!, test => (string)test.Element(Trx + "TestMethod")!.Attribute("className")!);
        return report.Descendants(Trx + "UnitTestResult").Select(result => (
            RoomOf(classes[(string)result.Attribute("testId")!]),
            TimeSpan.Parse((string?)result.Attribute("duration") ?? "0", CultureInfo.InvariantCulture).TotalSeconds));
    }

    private static IEnumerable<Failure> Failures((string Run, XDocument Report) run) => run.Report.Descendants(Trx + "UnitTestResult")
        .Where(result => (string?)result.Attribute("outcome") == "Failed")
        .Select(result => new Failure(
            run.Run,
            (string?)result.Attribute("testName") ?? "",
            string.Join('\n', result.Descendants(Trx + "ErrorInfo").Elements().Select(element => element.Value))));

    private static string RoomOf(string className)
    {
        var name = className.StartsWith(Root, StringComparison.Ordinal) ? className[Root.Length..] : className;
        return name.Split('.')[0];
    }

    internal sealed record Room(string Name, int Tests, double Seconds);

    /// <param name="Run">The name of its report: <c>unit</c>, <c>postgres</c> or <c>end-to-end</c>.</param>
    /// <param name="Test">As a person reads it.</param>
    /// <param name="Message">And where it happened.</param>
    internal sealed record Failure(string Run, string Test, string Message);

    internal sealed record Totals(int Failed, int Passed, int Skipped);
}
