using System.Globalization;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Views;

/// <summary>How times are shown: in a terminal as "3 min ago", elsewhere exactly.</summary>
internal sealed class ShownTime(TimeProvider time, bool isRelative)
{
    /// <param name="timestamp">A <see cref="Timestamp"/>; null: nothing is shown.</param>
    public string Of(string? timestamp) =>
        !Timestamp.TryParse(timestamp, out var at) ? ""
        : isRelative ? Ago(time.GetUtcNow() - at)
        : Exact(at);

    /// <summary>Now, exactly.</summary>
    public string Now() => Exact(time.GetUtcNow());

    private static string Exact(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <remarks>The clock of the bus can be ahead of this machine's.</remarks>
    private static string Ago(TimeSpan past) => past.TotalSeconds switch
    {
        < -60 => $"in {Length(-past)}",
        < 10 => "just now",
        _ => $"{Length(past)} ago",
    };

    private static string Length(TimeSpan time) => time switch
    {
        { TotalSeconds: < 60 } => Text(time.TotalSeconds, "s"),
        { TotalMinutes: < 60 } => Text(time.TotalMinutes, "min"),
        { TotalHours: < 48 } => Text(time.TotalHours, "h"),
        _ => Text(time.TotalDays, "days"),
    };

    private static string Text(double number, string unit) => $"{Math.Floor(number).ToString("0", CultureInfo.InvariantCulture)} {unit}";
}
