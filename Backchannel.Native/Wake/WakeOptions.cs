namespace Backchannel.Native.Wake;

/// <summary>What a server needs to know to wake its session.</summary>
internal sealed record WakeOptions
{
    /// <summary>The lanes whose work or messages wake the session, by name.</summary>
    public required IReadOnlyList<string> Lanes { get; init; }

    /// <summary>Where it writes down what the session waits for.</summary>
    public required string Folder { get; init; }

    /// <summary>The bus, for people.</summary>
    public required string Bus { get; init; }

    public required int ProcessId { get; init; }

    /// <summary>Looks an environment variable up; null when it is not set.</summary>
    public required Func<string, string?> Environment { get; init; }

    public string? Home { get; init; }

    /// <summary>The full path of a program on the user's PATH; null: it is not there.</summary>
    public required Func<string, string?> FindProgram { get; init; }

    /// <summary>Takes one line for people. Never a token.</summary>
    public required Action<string> Warn { get; init; }
}
