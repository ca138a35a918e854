using System.Net;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Settings;

/// <summary>How a bus is set up. Unless said otherwise, defaults are those of the reference server.</summary>
internal sealed record BusOptions
{
    /// <summary>The database file; created if missing, readable by its owner only.</summary>
    public required string DatabasePath { get; init; }

    /// <summary>How long a start waits for another bus that has the database open, such as one that is stopping.</summary>
    /// <value>Default zero: it is refused at once.</value>
    public TimeSpan DatabasePatience { get; init; }

    /// <summary>Address and port to listen on; port 0 takes a free one.</summary>
    /// <value>Default 127.0.0.1:8080.</value>
    /// <remarks>Ignored when <see cref="SocketPath"/> is set.</remarks>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 8080);

    /// <summary>A Unix domain socket to listen on instead of a port: mode 0600, in a folder that is created 0700.</summary>
    /// <value>Default null: none.</value>
    public string? SocketPath { get; init; }

    /// <summary>The address told to clients.</summary>
    /// <value>Default null: the host that the request named.</value>
    public string? BaseUrl { get; init; }

    /// <summary>Requests per <see cref="RateLimitWindow"/> and key.</summary>
    /// <value>Default 120; 0 for no limit.</value>
    public int RateLimit { get; init; } = 120;

    /// <value>Default 60 s.</value>
    public TimeSpan RateLimitWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Keys issued per <see cref="KeyMintWindow"/> and source address; refused requests count.</summary>
    /// <value>Default 5; 0 for no limit.</value>
    public int KeyMintLimit { get; init; } = 5;

    /// <value>Default 3600 s.</value>
    public TimeSpan KeyMintWindow { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Largest content of a message, and largest metadata of anything, each in bytes of UTF-8.</summary>
    /// <value>Default 10,000.</value>
    public int MaxMessageBytes { get; init; } = Limits.MaxContentBytes;

    /// <summary>
    /// Requests per <see cref="RateLimitWindow"/> and source address that come without a valid key: public pages, minting, unknown paths, wrong keys.
    /// </summary>
    /// <value>Default 1,200; 0 for no limit. The reference server has none.</value>
    public int AddressRateLimit { get; init; } = 1_200;

    /// <summary>Wrong admin tokens per <see cref="RateLimitWindow"/> and source address; above, the right one is refused too.</summary>
    /// <value>Default 10; 0 for no limit. The reference server has none.</value>
    public int AdminFailureLimit { get; init; } = 10;

    /// <summary>Largest request body in bytes; the reference server has no limit.</summary>
    /// <value>Default 1 MiB.</value>
    public long MaxRequestBytes { get; init; } = 1024 * 1024;

    /// <summary>Largest request body in bytes where no valid key is needed, at most <see cref="MaxRequestBytes"/>.</summary>
    /// <value>Default 16 KiB.</value>
    public long MaxPublicRequestBytes { get; init; } = 16 * 1024;

    /// <summary>Life of the messages of a channel that does not say.</summary>
    /// <value>Default 86,400 s.</value>
    public int DefaultTtlSeconds { get; init; } = 86_400;

    /// <summary>How long a channel that does not say keeps archived messages.</summary>
    /// <value>Default 7.</value>
    public int DefaultRetentionDays { get; init; } = 7;

    /// <summary>Whether an open channel that does not say shows in listings.</summary>
    /// <value>Default true.</value>
    public bool DefaultDiscoverable { get; init; } = true;

    /// <summary>Whether a listing may wait for a first message.</summary>
    /// <value>Default true, unlike the reference server.</value>
    public bool LongPollEnabled { get; init; } = true;

    /// <summary>Longest wait of a listing.</summary>
    /// <value>Default 25 s.</value>
    public TimeSpan LongPollMaxWait { get; init; } = TimeSpan.FromSeconds(Limits.MaxLongPollSeconds);

    /// <summary>How many requests may wait at once; one more is answered at once.</summary>
    /// <value>Default 4,096; the reference server has 64, each of them a thread.</value>
    public int LongPollMaxWaiters { get; init; } = 4_096;

    /// <summary>How often run-out leases are looked for.</summary>
    /// <value>Default 1 s; zero for never.</value>
    public TimeSpan LeaseSweepInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often expired messages are archived and what is too old is removed.</summary>
    /// <value>Default 60 s; zero for never.</value>
    public TimeSpan ExpiryInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The version of this program that <c>GET /status</c> tells.</summary>
    /// <value>Default that of the assembly.</value>
    public string Version { get; init; } = typeof(BusOptions).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>What the operator calls this instance.</summary>
    /// <value>Default <c>self-hosted</c>.</value>
    public string InstanceKind { get; init; } = "self-hosted";

    /// <summary>Where somebody without a key who looks an invitation up is sent.</summary>
    /// <value>Default empty: nowhere.</value>
    public string InvitationOnboardingUrl { get; init; } = "";

    /// <summary>Whether webhooks may go to loopback, private and link-local addresses, which lets every key send requests into the bus's own network.</summary>
    /// <value>Default false.</value>
    public bool AllowPrivateWebhooks { get; init; }

    /// <summary>Lets whoever sends it in <c>X-Admin-Token</c> pause channels, issue keys and close minting.</summary>
    /// <value>Default null: nobody can.</value>
    public string? AdminToken { get; init; }

    /// <summary>Hosts that may be told to clients; one that names another is told the first.</summary>
    /// <value>Default none: every host that a client names.</value>
    /// <remarks>Ignored when <see cref="BaseUrl"/> is set.</remarks>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Networks of proxies whose <c>X-Forwarded-For</c>, <c>-Host</c> and <c>-Proto</c> are believed.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Files in PEM form with the certificate chain and its private key.</summary>
    /// <value>Default null: no TLS.</value>
    public (string Certificate, string Key)? Tls { get; init; }

    /// <summary>Most connections at once. A further one takes the place of the one that has been quiet longest, first of those without a valid key.</summary>
    /// <value>Default 16,384; fewer where the process may not open so many files.</value>
    public int MaxConnections { get; init; } = 16_384;

    /// <summary>Most connections at once from one IPv4 address or one IPv6 network of 64 bits; trusted proxies and Unix sockets do not count.</summary>
    /// <value>Default 2,048.</value>
    public int MaxConnectionsPerAddress { get; init; } = 2_048;

    /// <summary>Largest head of a request in bytes.</summary>
    /// <value>Default 32 KiB.</value>
    public int MaxHeaderBytes { get; init; } = 32 * 1024;

    /// <summary>
    /// How long a connection may take for the head of a request once it has begun, for TLS, and altogether for a request as long as no valid key
    /// has been seen on it.
    /// </summary>
    /// <value>Default 15 s.</value>
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a connection on which a valid key was seen may stay without a request.</summary>
    /// <value>Default 130 s.</value>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>How long a body may take to come in, and an answer to be taken.</summary>
    /// <value>Default 120 s.</value>
    public TimeSpan TransferTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How fast, at least, a body has to come in and an answer to be taken once <see cref="DataRateGrace"/> is over, in bytes per second.</summary>
    /// <value>Default 1,024.</value>
    public double MinDataRate { get; init; } = 1_024;

    /// <summary>How long <see cref="MinDataRate"/> does not matter; more than a second.</summary>
    /// <value>Default 10 s.</value>
    public TimeSpan DataRateGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether each request gives a line of the log.</summary>
    /// <value>Default true.</value>
    public bool LogRequests { get; init; } = true;

    /// <summary>How long a stopping bus waits for requests in hand.</summary>
    /// <value>Default 5 s.</value>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
