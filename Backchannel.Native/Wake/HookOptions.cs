namespace Backchannel.Native.Wake;

/// <summary>One call of <c>hook</c>.</summary>
internal sealed record HookOptions
{
    /// <summary>One of <see cref="WakeHosts"/>.</summary>
    public required string Host { get; init; }

    public HookMoment Moment { get; init; }

    /// <summary>Where servers write down what their sessions wait for.</summary>
    public required string Folder { get; init; }

    public required int ProcessId { get; init; }

    /// <summary>Looks an environment variable up; null when it is not set.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>Null: a person sits there.</summary>
    public required Stream? Input { get; init; }

    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }
}
