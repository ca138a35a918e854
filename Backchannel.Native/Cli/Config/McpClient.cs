using Backchannel.Native.Cli.Config.Hooks;

namespace Backchannel.Native.Cli.Config;

/// <summary>An MCP client: where it keeps its servers, and in which shape.</summary>
internal sealed record McpClient
{
    /// <summary>The word for it on the command line, such as <c>claude-code</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What its maker calls it.</summary>
    public required string Title { get; init; }

    /// <summary>Other words for it on the command line.</summary>
    public IReadOnlyList<string> OtherNames { get; init; } = [];

    public required ConfigFormat Format { get; init; }

    /// <summary>Its file on this system; null when it is set up by pasting into a dialogue.</summary>
    public Func<ClientPlaces, string>? File { get; init; }

    /// <summary>A file that is used instead where it exists and the first one does not.</summary>
    public Func<ClientPlaces, string>? OtherFile { get; init; }

    /// <summary>The names that lead to the servers in the file.</summary>
    public required IReadOnlyList<string> ServersPath { get; init; }

    public required Func<ServerEntry, ConfigValue> Entry { get; init; }

    /// <summary>A shape of a later release of the same client, used where the file shows that release.</summary>
    public (IReadOnlyList<string> ServersPath, Func<ServerEntry, ConfigValue> Entry)? Later { get; init; }

    /// <summary>How its tools are allowed; only where the user asks for that.</summary>
    public required Allowance Allowing { get; init; }

    /// <summary>What makes it begin a turn by itself; null: no way is known.</summary>
    public ClientWaking? Waking { get; init; }

    /// <summary>What else the user must know or do.</summary>
    public required string Advice { get; init; }

    /// <summary>The file that is used; null when there is none.</summary>
    public string? FileIn(ClientPlaces places)
    {
        if (File?.Invoke(places) is not { } file)
        {
            return null;
        }

        return OtherFile?.Invoke(places) is { } other && System.IO.File.Exists(other) && !System.IO.File.Exists(file) ? other : file;
    }
}
