using Backchannel.Native.Cli.Views;
using Backchannel.Native.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Cli.Views;

/// <summary>Channels and tasks as people have them: names of usual lengths, and every state.</summary>
internal static class ViewSamples
{
    public const string LaneName = "release-builds";
    public const string WorkerName = "work-vm-builder-03";

    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2026, 11, 27, 14, 30, 0, TimeSpan.Zero));

    public static ShownTime Time { get; } = new(Clock, isRelative: true);

    /// <summary>Two failures that differ at the end of their reasons, and a task of each other state.</summary>
    public static IReadOnlyList<TaskRow> Rows { get; } =
    [
        Row(TaskStates.Failed, 25, reason: "The command ended with exit code 1. error: no zlib.h"),
        Row(TaskStates.Failed, 26, reason: "The command ended with exit code 3. Login_works failed"),
        Row(TaskStates.Claimed, 5, WorkerName),
        Row(TaskStates.Open, 12),
        Row(TaskStates.Waiting, 600),
        Row(TaskStates.Cancelled, 20_000),
        Row(TaskStates.Acknowledged, 59, WorkerName),
    ];

    public static TaskRow Row(string state, int minutesAgo, string? worker = null, string? reason = null, int attempts = 0, string lane = LaneName) => new(
        "01a21f22-a4cd-439d-ac49-f3efe6df4acb", lane, state, 5, "Build the package of module 3 and run all of its tests on arm64", 0, null, null, Ago(minutesAgo), Ago(minutesAgo), 1,
        worker is null ? null : new ActorReference("worker", worker), null, null, attempts, 3, null, null, reason, null);

    public static LaneView Lane(string name, long open = 0, long failed = 0, long questions = 0, long requests = 0, int? oldestMinutesAgo = null) => new(
        name, name, ChannelMode.Claimable, ChannelAccess.Open, "", true, open, 0, 0, failed, 0, questions, requests, 0, new(0, 0, null),
        oldestMinutesAgo is { } minutes ? Ago(minutes) : null, [], []);

    private static string Ago(int minutes) => Timestamp.ToText(Clock.GetUtcNow().AddMinutes(-minutes));
}
