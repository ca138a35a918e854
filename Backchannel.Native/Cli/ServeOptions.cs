using System.CommandLine;
using System.Net;
using System.Text;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Client;

namespace Backchannel.Native.Cli;

/// <summary>The options of <c>serve</c>, declared once, and what they mean for the bus.</summary>
internal sealed class ServeOptions
{
    public const string DetachedName = LocalBus.Detached;

    private const string DefaultListen = "127.0.0.1:8080";

    /// <summary>How long a new local bus waits for the database. Its predecessor takes less to notice that its socket is gone and to stop; the starter waits longer.</summary>
    private static readonly TimeSpan LocalDatabaseWait = TimeSpan.FromSeconds(8);

    private readonly Option<string?> listen = new("--listen")
    {
        Description = $"Address and port to listen on; port 0 takes a free one. Default: {DefaultListen}",
        HelpName = "address:port",
    };

    private readonly Option<bool> allowRemote = new("--allow-remote")
    {
        Description = "Let --listen name an address that other machines reach. Put TLS in front: keys travel in a header",
    };

    private readonly Option<string?> socket = new("--socket")
    {
        Description = "Listen on this Unix domain socket instead, which only this user can open",
        HelpName = "path",
    };

    private readonly Option<string?> database = new("--db")
    {
        Description = "The database file. Default: ~/.local/share/backchannel/serve.db",
        HelpName = "path",
    };

    private readonly Option<bool> allowPrivateWebhooks = new("--allow-private-webhooks")
    {
        Description = "Let webhooks go to loopback, private and link-local addresses: every key can then send requests into this network",
    };

    private readonly Option<string?> tlsCertificate = new("--tls-cert")
    {
        Description = "Speak TLS with this certificate chain, in PEM form; needs --tls-key",
        HelpName = "path",
    };

    private readonly Option<string?> tlsKey = new("--tls-key")
    {
        Description = "The private key of --tls-cert, in PEM form",
        HelpName = "path",
    };

    private readonly Option<bool> compact = new("--compact")
    {
        Description = "Give the free space in the file of --db back to the disk and end; no bus may have the file open",
    };

    private readonly Option<bool> background = new("--background")
    {
        Description = "Detach from the session that started it; used for the local bus",
        Hidden = true,
    };

    private readonly Option<bool> detached = new(DetachedName)
    {
        Description = "With --background: this process has no parent any more",
        Hidden = true,
    };

    public IEnumerable<Option> All => [listen, socket, database, allowRemote, allowPrivateWebhooks, tlsCertificate, tlsKey, compact, background, detached];

    /// <returns>The file to compact; null: serve.</returns>
    /// <exception cref="SettingsException">No file is named. There is no default here, so that the wrong file is not compacted by mistake.</exception>
    public string? FileToCompact(ParseResult parsed) =>
        !parsed.GetValue(compact) ? null
        : parsed.GetValue(database) is { Length: > 0 } path ? Path.GetFullPath(path)
        : throw new SettingsException("--compact needs --db with the file to compact.");

    /// <summary>Whether --db is given, so that no home folder is needed.</summary>
    public bool NamesDatabase(ParseResult parsed) => parsed.GetValue(database) is not null;

    public bool IsBackground(ParseResult parsed) => parsed.GetValue(background);

    /// <summary>Whether the process that was asked for a bus in the background has started this one and gone.</summary>
    public bool IsDetached(ParseResult parsed) => parsed.GetValue(detached);

    /// <param name="baseUrl">The address told to clients as it was typed; null: the environment's.</param>
    /// <exception cref="SettingsException">An option or variable is not allowed.</exception>
    public BusOptions Bind(ParseResult parsed, Surroundings surroundings, string? home, string? baseUrl = null)
    {
        var socketPath = FullPath(parsed, socket);
        if (socketPath is not null && parsed.GetValue(listen) is not null)
        {
            throw new SettingsException("--listen and --socket exclude each other: a bus listens in one place.");
        }

        var options = new BusOptions
        {
            DatabasePath = RequireFileName(FullPath(parsed, database)) ?? Path.GetFullPath(DefaultDatabase(home)),
            SocketPath = socketPath is null ? null : CheckSocketLength(socketPath),
            Listen = ParseListen(parsed.GetValue(listen) ?? DefaultListen, parsed.GetValue(allowRemote)),
            AllowPrivateWebhooks = parsed.GetValue(allowPrivateWebhooks),
            Tls = BindTls(parsed),
        };

        // The private bus does not depend on which session starts it, and its only user needs no rate limits.
        return IsBackground(parsed)
            ? options with { RateLimit = 0, KeyMintLimit = 0, AddressRateLimit = 0, FileQuotaBytes = 0, FileQuotaCount = 0, InstanceKind = "local", LogRequests = false, DatabasePatience = LocalDatabaseWait }
            : baseUrl is null
                ? FromEnvironment(options, surroundings.Environment)
                : FromEnvironment(options, name => name == EnvironmentVariables.BaseUrl ? null : surroundings.Environment(name)) with { BaseUrl = AdvertisedAddress(baseUrl) };
    }

    /// <returns>Null for <c>local</c>: the host that a request names.</returns>
    private static string? AdvertisedAddress(string typed) =>
        string.IsNullOrWhiteSpace(typed) ? throw new SettingsException("--base-url is empty. Give it a value, or leave the option out.")
        : typed.Trim() == Settings.Local ? null
        : OptionBinding.BusAddress("--base-url", typed.Trim()).OriginalString.TrimEnd('/');

    private (string Certificate, string Key)? BindTls(ParseResult parsed) => (FullPath(parsed, tlsCertificate), FullPath(parsed, tlsKey)) switch
    {
        (null, null) => null,
        ({ } certificate, { } key) => (certificate, key),
        _ => throw new SettingsException("--tls-cert and --tls-key need each other."),
    };

    // An empty one is usually a variable that a script did not set; the default could then be the wrong file.
    private static string? FullPath(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) switch
    {
        null => null,
        var path when string.IsNullOrWhiteSpace(path) => throw new SettingsException($"{option.Name} is empty. Give it a path, or leave the option out."),
        var path => Path.GetFullPath(path),
    };

    private static string? RequireFileName(string? path) => path is not null && Path.EndsInDirectorySeparator(path)
        ? throw new SettingsException($"--db is a folder: {path}. Name a file in it, such as {Path.Combine(path, "serve.db")}.")
        : path;

    private static string CheckSocketLength(string path) => Encoding.UTF8.GetByteCount(path) is var length && length <= LocalBusFolder.MaxSocketPathBytes
        ? path
        : throw new SettingsException(
            $"--socket is {length} bytes long as {path}; the system takes at most {LocalBusFolder.MaxSocketPathBytes} for a Unix socket. Name a shorter path.");

    private static BusOptions FromEnvironment(BusOptions options, Func<string, string?> environment) =>
        BusSetting.All.Aggregate(options, (bound, setting) =>
            environment(setting.Environment)?.Trim() is { Length: > 0 } text ? setting.Apply(bound, text) : bound);

    private static string DefaultDatabase(string? home) => home is null
        ? throw new SettingsException("--db is needed: there is no HOME to keep the database in.")
        : Path.Combine(home, ".local", "share", "backchannel", "serve.db");

    private static IPEndPoint ParseListen(string text, bool allowRemote)
    {
        var literal = text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase) ? "127.0.0.1" + text["localhost".Length..] : text;
        if (!IPEndPoint.TryParse(literal, out var endPoint) || !literal.Contains(':', StringComparison.Ordinal) || literal.EndsWith(']'))
        {
            throw new SettingsException($"--listen is '{text}'; it must be an IP address and a port, such as {DefaultListen} or [::1]:8080.");
        }

        return allowRemote || IPAddress.IsLoopback(endPoint.Address)
            ? endPoint
            : throw new SettingsException(
                $"--listen {text} would be reached from other machines. Add --allow-remote if that is meant, behind a proxy that speaks TLS: keys travel in a header.");
    }
}
