using Backchannel.Native.Telemetry;

namespace Backchannel.Native.Bus.Storage;

/// <summary>What happened to tasks since the start of this process, by the writes that it committed. Any thread may read it.</summary>
internal sealed class TaskMeasures
{
    /// <summary>From the moment in which a worker waits for the task to an hour of work.</summary>
    private static readonly double[] BucketSeconds = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 1800, 3600];

    /// <summary>By <see cref="Wire.TaskEventNames"/>.</summary>
    public EventCounts Events { get; } = new();

    /// <summary>Attempts that ended, by <see cref="Wire.AttemptOutcomes"/>.</summary>
    public EventCounts Attempts { get; } = new();

    /// <summary>From a post to its first claim.</summary>
    public Histogram Waits { get; } = new(BucketSeconds);

    /// <summary>From a claim to the end of that attempt.</summary>
    public Histogram Runs { get; } = new(BucketSeconds);

    /// <summary>Posts and acks that are not stored yet.</summary>
    public MinuteCounts Minutes { get; } = new();
}
