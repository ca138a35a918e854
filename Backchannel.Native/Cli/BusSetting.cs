using System.Globalization;
using System.Net;
using Backchannel.Native.Bus.Settings;

namespace Backchannel.Native.Cli;

/// <summary>One setting of a bus that the environment can give; the names are the reference server's where it has the setting.</summary>
/// <param name="Environment">The variable.</param>
/// <param name="Default">What holds without it.</param>
/// <param name="Meaning">One sentence without a full stop.</param>
/// <param name="Apply">Reads the text and gives the options with it.</param>
internal sealed record BusSetting(
    string Environment, string Default, string Meaning, Func<BusOptions, string, BusOptions> Apply)
{
    private const long Megabyte = 1024 * 1024;

    /// <summary>Every setting, in the order in which the README shows them.</summary>
    public static IReadOnlyList<BusSetting> All { get; } =
    [
        new(EnvironmentVariables.BaseUrl, "the host that the request names", "The address told to clients; the option --base-url beats it", (options, text) =>
            text == Settings.Local ? options : options with { BaseUrl = OptionBinding.BusAddress(EnvironmentVariables.BaseUrl, text).OriginalString.TrimEnd('/') }),
        Number("BACKCHANNEL_RATE_LIMIT", "120", "Requests per window and key; 0 for no limit", 0,
            (options, value) => options with { RateLimit = value }),
        Number("BACKCHANNEL_RATE_LIMIT_WINDOW", "60", "That window in seconds", 1,
            (options, value) => options with { RateLimitWindow = TimeSpan.FromSeconds(value) }),
        Number("BACKCHANNEL_KEY_MINT_LIMIT", "5", "Keys issued per window and source address; 0 for no limit", 0,
            (options, value) => options with { KeyMintLimit = value }),
        Number("BACKCHANNEL_KEY_MINT_WINDOW", "3600", "That window in seconds", 1,
            (options, value) => options with { KeyMintWindow = TimeSpan.FromSeconds(value) }),
        Number("BACKCHANNEL_ADDRESS_RATE_LIMIT", "1200", "Requests without a valid key per BACKCHANNEL_RATE_LIMIT_WINDOW and source address; 0 for no limit", 0,
            (options, value) => options with { AddressRateLimit = value }),
        Number("BACKCHANNEL_MAX_CONNECTIONS", "16384", "Connections at once, as far as the limit of open files allows", 1,
            (options, value) => options with { MaxConnections = value }),
        Number("BACKCHANNEL_MAX_CONNECTIONS_PER_ADDRESS", "2048", "Connections at once from one source address; trusted proxies do not count", 1,
            (options, value) => options with { MaxConnectionsPerAddress = value }),
        Number("BACKCHANNEL_HEADERS_TIMEOUT_SECONDS", "15", "Seconds that a connection has for the head of a request, and that it may stay open without a valid key", 1,
            (options, value) => options with { HeadersTimeout = TimeSpan.FromSeconds(value) }),
        Number("BACKCHANNEL_TRANSFER_TIMEOUT_SECONDS", "120", "Seconds that a request body may take to arrive, and that a client may take to read an answer", 1,
            (options, value) => options with { TransferTimeout = TimeSpan.FromSeconds(value) }),
        Number("BACKCHANNEL_MAX_REQUEST_BYTES", "1048576", "Largest request body in bytes", 1,
            (options, value) => options with { MaxRequestBytes = value }),
        Number("BACKCHANNEL_MAX_MESSAGE_BYTES", "10000", "Largest content of a message, and largest metadata, in bytes", 1,
            (options, value) => options with { MaxMessageBytes = value }),
        Number("BACKCHANNEL_MAX_FILE_BYTES", "16777216", "Largest file in bytes", 1,
            (options, value) => options with { MaxFileBytes = value }),
        Number("BACKCHANNEL_FILE_QUOTA_MB", "256", "Megabytes (MiB) of files that one key may keep on the bus; 0 for no limit", 0,
            (options, value) => options with { FileQuotaBytes = value * Megabyte }),
        Number("BACKCHANNEL_MAX_FILE_STORE_MB", "4096", "Megabytes (MiB) of files of all keys together; 0 for no limit", 0,
            (options, value) => options with { MaxFileStoreBytes = value * Megabyte }),
        Number("BACKCHANNEL_DEFAULT_TTL_SECONDS", "86400", "Life of messages in seconds, in channels without a setting of their own", 1,
            (options, value) => options with { DefaultTtlSeconds = value }),
        Number("BACKCHANNEL_DEFAULT_RETENTION_DAYS", "7", "Days that the archive is kept, in channels without a setting of their own", 1,
            (options, value) => options with { DefaultRetentionDays = value }),
        Switch("BACKCHANNEL_DEFAULT_DISCOVERABLE", "true", "Whether listings show an open channel without a setting of its own",
            (options, value) => options with { DefaultDiscoverable = value }),
        Switch("BACKCHANNEL_LONGPOLL_ENABLED", "true", "Whether a listing may wait for a first message",
            (options, value) => options with { LongPollEnabled = value }),
        Number("BACKCHANNEL_LONGPOLL_MAX_WAIT_SECONDS", "25", "Longest such wait in seconds", 0,
            (options, value) => options with { LongPollMaxWait = TimeSpan.FromSeconds(value) }),
        Number("BACKCHANNEL_LONGPOLL_MAX_WAITERS", "4096", "How many requests may wait at once", 0,
            (options, value) => options with { LongPollMaxWaiters = value }),
        new("BACKCHANNEL_INSTANCE_KIND", "self-hosted", "What the operator calls this instance",
            (options, text) => options with { InstanceKind = text }),
        new("BACKCHANNEL_INVITATION_ONBOARDING_URL", "none", "Page for people who open an invitation and have no key",
            (options, text) => options with { InvitationOnboardingUrl = text }),
        new("BACKCHANNEL_ALLOWED_HOSTS", "every host", "Hosts that clients may be told as the address, separated by commas; a request with another host is told the first",
            (options, text) => options with { AllowedHosts = Items(text) }),
        new("BACKCHANNEL_TRUSTED_PROXIES", "none", "Networks (CIDR, separated by commas) of proxies whose X-Forwarded-* headers are believed",
            (options, text) => options with { TrustedProxies = [.. Items(text).Select(Network)] }),
        new("BACKCHANNEL_ADMIN_TOKEN", "none", "Secret that allows pausing channels, issuing keys and closing minting; sent in X-Admin-Token",
            (options, text) => options with { AdminToken = text }),
    ];

    private static string[] Items(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static IPNetwork Network(string text) => IPNetwork.TryParse(text, out var network)
        ? network
        : IPAddress.TryParse(text, out var address)
            ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : throw new SettingsException($"BACKCHANNEL_TRUSTED_PROXIES has '{text}'; each item must be a network such as 10.0.0.0/8, or an address.");

    private static BusSetting Number(
        string name, string byDefault, string meaning, int minimum, Func<BusOptions, int, BusOptions> apply) =>
        new(name, byDefault, meaning, (options, text) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= minimum
                ? apply(options, value)
                : throw new SettingsException($"{name} is '{text}'; it must be a whole number of at least {minimum}."));

    private static BusSetting Switch(
        string name, string byDefault, string meaning, Func<BusOptions, bool, BusOptions> apply) =>
        new(name, byDefault, meaning, (options, text) => text.ToUpperInvariant() switch
        {
            "1" or "TRUE" or "YES" or "ON" => apply(options, true),
            "0" or "FALSE" or "NO" or "OFF" => apply(options, false),
            _ => throw new SettingsException($"{name} is '{text}'; it must be true or false."),
        });
}
