using System.Net;
using Backchannel.Native.Telemetry;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Settings;

/// <summary>The settings of a bus. Defaults are those of the reference server, unless said otherwise.</summary>
internal sealed record BusOptions
{
    /// <summary>The database: a file, which is created if missing, readable by its owner only, or an address (<c>postgres://user@host/database</c>).</summary>
    public required string DatabasePath { get; init; }

    /// <summary>The password for <see cref="DatabasePath"/>, apart from it, because that one is shown.</summary>
    /// <value>Default null: as the database's own rules say.</value>
    public string? DatabasePassword { get; init; }

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

    /// <summary>Wrong admin tokens per <see cref="RateLimitWindow"/> and source address. Above the limit the right token is refused too.</summary>
    /// <value>Default 10; 0 for no limit. The reference server has none.</value>
    public int AdminFailureLimit { get; init; } = 10;

    /// <summary>Largest request body in bytes; the reference server has no limit.</summary>
    /// <value>Default 1 MiB.</value>
    public long MaxRequestBytes { get; init; } = 1024 * 1024;

    /// <summary>Largest request body in bytes where no valid key is needed, at most <see cref="MaxRequestBytes"/>.</summary>
    /// <value>Default 16 KiB.</value>
    public long MaxPublicRequestBytes { get; init; } = 16 * 1024;

    /// <summary>Largest file in bytes; the reference server has no files.</summary>
    /// <value>Default 16 MiB.</value>
    public int MaxFileBytes { get; init; } = Limits.MaxFileBytes;

    /// <summary>Bytes of files that one key may keep on the bus: what it uploaded within the hour, and what its messages name.</summary>
    /// <value>Default 256 MiB; 0 for no limit.</value>
    public long FileQuotaBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>How many files one key may keep on the bus.</summary>
    /// <value>Default 1,000; 0 for no limit.</value>
    public int FileQuotaCount { get; init; } = 1_000;

    /// <summary>Bytes of files that the bus keeps for all keys together.</summary>
    /// <value>Default 4 GiB; 0 for no limit.</value>
    public long MaxFileStoreBytes { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary>How long a message lives in a channel that sets no time to live.</summary>
    /// <value>Default 86,400 s.</value>
    public int DefaultTtlSeconds { get; init; } = 86_400;

    /// <summary>How many days a channel that sets no retention keeps archived messages.</summary>
    /// <value>Default 7.</value>
    public int DefaultRetentionDays { get; init; } = 7;

    /// <summary>Whether an open channel appears in listings when its creator does not choose.</summary>
    /// <value>Default true.</value>
    public bool DefaultDiscoverable { get; init; } = true;

    /// <summary>Whether a listing may wait for a first message.</summary>
    /// <value>Default true, unlike the reference server.</value>
    public bool LongPollEnabled { get; init; } = true;

    /// <summary>Longest wait of a listing.</summary>
    /// <value>Default 25 s.</value>
    public TimeSpan LongPollMaxWait { get; init; } = TimeSpan.FromSeconds(Limits.MaxLongPollSeconds);

    /// <summary>How many requests may wait at the same time, of one key as many as are free. A further one is answered immediately.</summary>
    /// <value>Default 4,096; the reference server has 64, each of them a thread.</value>
    public int LongPollMaxWaiters { get; init; } = 4_096;

    /// <summary>How often the bus looks for leases that have run out.</summary>
    /// <value>Default 1 s; zero for never.</value>
    public TimeSpan LeaseSweepInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the words of new messages are entered, by which they are searched.</summary>
    /// <value>Default 2 s; zero for never.</value>
    public TimeSpan WordInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often the counts of posts and acks in each minute are stored.</summary>
    /// <value>Default 5 s; zero for never.</value>
    public TimeSpan MinuteInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For how long the process may stand still before that counts as an outage, after which leases are lengthened.</summary>
    /// <value>Default 5 s; zero: however long.</value>
    public TimeSpan StallLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the bus archives expired messages and removes what is too old.</summary>
    /// <value>Default 60 s; zero for never.</value>
    public TimeSpan ExpiryInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The version of this program in the answer of <c>GET /status</c>.</summary>
    /// <value>Default that of the assembly.</value>
    public string Version { get; init; } = typeof(BusOptions).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>The kind of this instance, as the operator names it.</summary>
    /// <value>Default <c>self-hosted</c>.</value>
    public string InstanceKind { get; init; } = "self-hosted";

    /// <summary>The page to which the bus sends a reader of an invitation who has no key.</summary>
    /// <value>Default empty: nowhere.</value>
    public string InvitationOnboardingUrl { get; init; } = "";

    /// <summary>Whether webhooks may go to loopback, private and link-local addresses. If so, every key can send requests into the bus's own network.</summary>
    /// <value>Default false.</value>
    public bool AllowPrivateWebhooks { get; init; }

    /// <summary>The token that allows a caller who sends it in <c>X-Admin-Token</c> to pause channels, issue keys and close minting.</summary>
    /// <value>Default null: nobody can.</value>
    public string? AdminToken { get; init; }

    /// <summary>The hosts that the bus names in its answers. A client that used another host is told the first of them.</summary>
    /// <value>Default none: every host that a client names.</value>
    /// <remarks>Ignored when <see cref="BaseUrl"/> is set.</remarks>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Networks of proxies whose <c>X-Forwarded-For</c>, <c>-Host</c> and <c>-Proto</c> are believed.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Files in PEM form with the certificate chain and its private key.</summary>
    /// <value>Default null: no TLS.</value>
    public (string Certificate, string Key)? Tls { get; init; }

    /// <summary>Most connections at once. A further one closes the connection idle longest, those without a valid key first.</summary>
    /// <value>Default 16,384; fewer where the process may not open so many files.</value>
    public int MaxConnections { get; init; } = 16_384;

    /// <summary>Most connections at once from one IPv4 address or one IPv6 network of 64 bits; trusted proxies and Unix sockets do not count.</summary>
    /// <value>Default 2,048.</value>
    public int MaxConnectionsPerAddress { get; init; } = 2_048;

    /// <summary>Largest head of a request in bytes.</summary>
    /// <value>Default 32 KiB.</value>
    public int MaxHeaderBytes { get; init; } = 32 * 1024;

    /// <summary>
    /// How long a connection may take for the head of a request that has begun, and for the TLS handshake. A connection without a valid key must
    /// also send its request within this time.
    /// </summary>
    /// <value>Default 15 s.</value>
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a connection with a valid key may stay without a request.</summary>
    /// <value>Default 130 s.</value>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>How long the bus waits for a whole request body, and for a client to receive an answer.</summary>
    /// <value>Default 120 s.</value>
    public TimeSpan TransferTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Lowest rate of a request body and of an answer after <see cref="DataRateGrace"/>, in bytes per second.</summary>
    /// <value>Default 1,024.</value>
    public double MinDataRate { get; init; } = 1_024;

    /// <summary>How long a transfer may be slower than <see cref="MinDataRate"/>; more than a second.</summary>
    /// <value>Default 10 s.</value>
    public TimeSpan DataRateGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether the bus logs a line for each request.</summary>
    /// <value>Default true.</value>
    public bool LogRequests { get; init; } = true;

    /// <summary>Where the bus sends its measures, and spans of requests.</summary>
    /// <value>Default null: nowhere.</value>
    public OtlpSettings? Otlp { get; init; }

    /// <summary>How long a stopping bus waits for requests in hand.</summary>
    /// <value>Default 5 s.</value>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
