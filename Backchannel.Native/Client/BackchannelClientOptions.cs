namespace Backchannel.Native.Client;

/// <summary>Which bus to call, with which key, and how long to wait for it.</summary>
internal sealed record BackchannelClientOptions
{
    /// <summary>The bus over HTTP, without a trailing slash; a path is kept as a prefix.</summary>
    /// <remarks>Ignored when <see cref="LocalBus"/> is set.</remarks>
    public required Uri BaseUrl { get; init; }

    /// <summary>Further addresses of the same bus: where one does not serve, the attempts of a call go on at the next.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<Uri> OtherBaseUrls { get; init; } = [];

    /// <summary>All addresses of the bus, as they were listed.</summary>
    public IEnumerable<Uri> AllBaseUrls => OtherBaseUrls.Prepend(BaseUrl);

    /// <summary>The machine's private bus; null: <see cref="BaseUrl"/> is called.</summary>
    public LocalBusOptions? LocalBus { get; init; }

    /// <summary>The configured key. Wins over every stored one and is never written to disk.</summary>
    public ApiKey? ApiKey { get; init; }

    /// <summary>Label of a key that is minted. Cut to <see cref="Wire.Limits.MaxAgentLabelLength"/> characters.</summary>
    public required string AgentLabel { get; init; }

    /// <summary>Whether somebody chose the label; only an automatic one gets a suffix when it is taken.</summary>
    public bool AgentLabelIsChosen { get; init; }

    /// <summary>Folder of the key files, <c>~/.config/backchannel</c>; null: keys live in memory.</summary>
    public string? KeyFolder { get; init; }

    /// <summary>Takes one line for people, at most once per cause. Never a key.</summary>
    public Action<string> Warn { get; init; } = static _ => { };

    /// <summary>Takes one line for each attempt: method, path, status, time. Never a key, never content; null: nothing is traced.</summary>
    public Action<string>? Trace { get; init; }

    /// <summary>Longest time one attempt may take, from connecting to the last byte; a long-poll's wait is added.</summary>
    /// <value>Default 10 s. Must be greater than zero.</value>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time one operation may take with all its attempts and pauses; a long-poll's wait is added.</summary>
    /// <value>Default 40 s: most MCP clients give up after 60.</value>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>How often a request is sent at most to each address.</summary>
    /// <value>Default 4, at least 1.</value>
    public int MaxAttempts { get; init; } = 4;

    /// <summary>Pause before the second attempt, with jitter; each further one is about twice as long.</summary>
    /// <value>Default 500 ms: four attempts then outlast a bus that restarts. A <c>Retry-After</c> wins.</value>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);
}
