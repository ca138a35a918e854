namespace Backchannel.Native.Tests.Measurements;

/// <summary>One line of the table. A ratio compares with something measured in the same run.</summary>
internal sealed record BenchRow(string What, string Measured, string ComparedWith, double? Ratio, string Wanted)
{
    public string ToMarkdown() =>
        $"| {What} | {Measured} | {ComparedWith} | {(Ratio is { } ratio ? ratio.ToString("0.00", null) : "")} | {Wanted} |";
}
