using System.Globalization;
using System.Text;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Cli;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Documentation;

/// <summary>What the README says about the limits of a bus, with the values of the code.</summary>
internal static class BusLimitsSection
{
    private static readonly BusOptions Defaults = new() { DatabasePath = "" };

    private static readonly (string What, string Value, string Answer, string? Setting)[] Rows =
    [
        ("Requests with one key", Rate(Defaults.RateLimit, Defaults.RateLimitWindow), "429 `rate_limit_exceeded`", "BACKCHANNEL_RATE_LIMIT"),
        ("Requests without a valid key from one address", Rate(Defaults.AddressRateLimit, Defaults.RateLimitWindow), "429 `rate_limit_exceeded`", "BACKCHANNEL_ADDRESS_RATE_LIMIT"),
        ("Keys minted from one address", Rate(Defaults.KeyMintLimit, Defaults.KeyMintWindow), "429 `rate_limit_exceeded`", "BACKCHANNEL_KEY_MINT_LIMIT"),
        ("Invitations looked up from one address", "10 in 60 s", "429 `rate_limit_exceeded`", null),
        ("Wrong admin tokens from one address", Rate(Defaults.AdminFailureLimit, Defaults.RateLimitWindow), "429 `rate_limit_exceeded`, for the right one too", null),
        ("Posts to one channel", "its `max_writes_per_minute`", "429 `channel_write_rate_exceeded`", null),
        ("Connections", $"{Number(Defaults.MaxConnections)}, or what `ulimit -n` allows", "the one idle longest is closed, those without a valid key first", "BACKCHANNEL_MAX_CONNECTIONS"),
        ("Connections from one address", Number(Defaults.MaxConnectionsPerAddress), "its connection idle longest is closed", "BACKCHANNEL_MAX_CONNECTIONS_PER_ADDRESS"),
        ("A connection without a valid key and without a request", Seconds(Defaults.HeadersTimeout), "closed", "BACKCHANNEL_HEADERS_TIMEOUT_SECONDS"),
        ("A connection with a valid key between two requests", Seconds(Defaults.KeepAliveTimeout), "closed", null),
        ("Time for the head of a request, and for TLS", Seconds(Defaults.HeadersTimeout), "408", "BACKCHANNEL_HEADERS_TIMEOUT_SECONDS"),
        ("Head of a request", $"{Number(Defaults.MaxHeaderBytes)} bytes, of these 8,192 for its first line", "431, 414", null),
        ("Body of a request", $"{Number(Defaults.MaxRequestBytes)} bytes", "413 `request_too_large`", "BACKCHANNEL_MAX_REQUEST_BYTES"),
        ("Body of a request that needs no key", $"{Number(Defaults.MaxPublicRequestBytes)} bytes", "413 `request_too_large`", null),
        ("Time for a body", Seconds(Defaults.TransferTimeout), "408 `request_timeout`", "BACKCHANNEL_TRANSFER_TIMEOUT_SECONDS"),
        ("Time to take an answer", Seconds(Defaults.TransferTimeout), "closed", "BACKCHANNEL_TRANSFER_TIMEOUT_SECONDS"),
        ("Slowest body or answer", $"{Number(Defaults.MinDataRate)} bytes per s after {Seconds(Defaults.DataRateGrace)}", "408 `request_timeout`, closed", null),
        ("Content of a message", $"{Number(Defaults.MaxMessageBytes)} bytes", "422 `content_too_large`", "BACKCHANNEL_MAX_MESSAGE_BYTES"),
        ("Metadata of a message, claim, ack or actor", $"{Number(Defaults.MaxMessageBytes)} bytes of JSON", "422 `metadata_too_large`", "BACKCHANNEL_MAX_MESSAGE_BYTES"),
        ("A file; those of one key; those of all keys", $"{Number(Defaults.MaxFileBytes)} bytes; {Defaults.FileQuotaBytes >> 20} MiB in {Number(Defaults.FileQuotaCount)}; {Defaults.MaxFileStoreBytes >> 30} GiB", "413 `file_too_large`; 429 `file_quota_exceeded`", "BACKCHANNEL_MAX_FILE_BYTES"),
        ("Priority; delay; prerequisites; attempts of a task", $"{TaskLimits.MinPriority} to {TaskLimits.MaxPriority}; {Number(TaskLimits.MaxDelaySeconds)} s; {TaskLimits.MaxPrerequisites}; {TaskLimits.MaxAttempts}", "422 `invalid_field`, `invalid_delay`, `invalid_dependency`", null),
        ("Notes of a task, beside progress", $"{TaskLimits.MaxNotes} of {Number(TaskLimits.MaxNoteBytes)} bytes of JSON", "409 `too_many_notes`, 422 `content_too_large`", null),
        ("Nesting of a body", Number(Backchannel.Native.Bus.Rules.JsonFields.MaxDepth), "400 `invalid_json`", null),
        ("Mentions of a message, related channels", Number(Limits.MaxReferences), "422 `invalid_mentions`, `invalid_related_channels`", null),
        ("Name of a channel", $"{Number(Limits.MaxChannelNameLength)} characters", "422 `invalid_channel_name`", null),
        ("Items on a page", Number(Limits.MaxPageSize), "422 `invalid_limit`", null),
        ("A waiting listing", Seconds(Defaults.LongPollMaxWait), "answered as it is", "BACKCHANNEL_LONGPOLL_MAX_WAIT_SECONDS"),
        ("Waiting requests; those of one key", $"{Number(Defaults.LongPollMaxWaiters)}; as many as are free", "answered at once", "BACKCHANNEL_LONGPOLL_MAX_WAITERS"),
    ];

    public static string Text()
    {
        var text = new StringBuilder("| Limit | Default | Beyond it | Setting |\n|---|---|---|---|\n");
        foreach (var (what, value, answer, setting) in Rows)
        {
            Assert.True(setting is null || BusSetting.All.Any(known => known.Environment == setting), setting);
            text.Append(null, $"| {what} | {value} | {answer} | {(setting is null ? "" : $"`{setting}`")} |\n");
        }

        return text.ToString();
    }

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan time) => $"{Number(time.TotalSeconds)} s";

    private static string Rate(int limit, TimeSpan window) => $"{Number(limit)} in {Seconds(window)}";
}
