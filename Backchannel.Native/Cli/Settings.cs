using Backchannel.Native.Client;

namespace Backchannel.Native.Cli;

/// <summary>What the command line and the environment ask for. Option beats environment beats default.</summary>
internal sealed record Settings
{
    /// <summary>The value of <see cref="BaseUrl"/> that means the private bus of this machine.</summary>
    public const string Local = "local";

    /// <summary>The public sandbox of the Backchannel project.</summary>
    public const string DefaultBaseUrl = "https://backchannel.oakstack.eu";

    /// <summary>The bus: an http or https URL without a trailing slash, several of one bus between commas, or <see cref="Local"/>.</summary>
    /// <value>Default <see cref="DefaultBaseUrl"/>.</value>
    public required string BaseUrl { get; init; }

    public bool IsLocal => BaseUrl == Local;

    /// <summary>The addresses in <see cref="BaseUrl"/>; none for <see cref="Local"/>.</summary>
    public IReadOnlyList<Uri> Addresses => IsLocal ? [] : BusList.Of(BaseUrl);

    /// <summary>Used instead of any stored key; never written to disk.</summary>
    /// <value>Default null: the stored key, or a new one.</value>
    public ApiKey? ApiKey { get; init; }

    /// <summary>Label when minting a key, and the default actor.</summary>
    /// <value>Default <c>mcp-&lt;host&gt;-&lt;pid&gt;</c>; at most 128 characters.</value>
    public required string AgentLabel { get; init; }

    /// <summary>Whether a person chose the label; a chosen one is never changed when it is taken.</summary>
    public bool AgentLabelIsChosen { get; init; }

    /// <value>Default <see cref="LogLevel.Info"/>.</value>
    public LogLevel LogLevel { get; init; } = LogLevel.Info;

    /// <summary>The channels whose work and messages begin a turn of the session, which then also waits for its own tasks.</summary>
    /// <value>Default none: nothing is followed.</value>
    public IReadOnlyList<string> Wake { get; init; } = [];

    /// <summary>The user's home folder; null where there is none.</summary>
    public string? Home { get; init; }

    /// <summary>What the user should know before the first call, one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
