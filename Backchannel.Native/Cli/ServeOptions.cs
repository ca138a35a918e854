using System.CommandLine;
using System.Net;
using System.Text;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage.Postgres;
using Backchannel.Native.Client;

namespace Backchannel.Native.Cli;

/// <summary>The options of <c>serve</c>, declared once, and what they mean for the bus.</summary>
internal sealed class ServeOptions
{
    public const string DetachedName = LocalBus.Detached;

    /// <summary>The variable for --db. Only here an address may have a password: a command line is seen by every user of the machine.</summary>
    public const string DatabaseVariable = "BACKCHANNEL_DB";

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
        Description = $"The database: a file, or postgres://user@host/database, which several buses may share. Default: {DatabaseVariable}, then ~/.local/share/backchannel/serve.db",
        HelpName = "database",
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
        : parsed.GetValue(database) is { } place && PostgresAddress.IsMeant(place)
            ? throw new SettingsException("--compact is for a database file. A PostgreSQL server gives its space back by itself (autovacuum).")
        : parsed.GetValue(database) is { Length: > 0 } path ? Path.GetFullPath(path)
        : throw new SettingsException("--compact needs --db with the file to compact.");

    /// <summary>Whether a database is named, so that no home folder is needed.</summary>
    public bool NamesDatabase(ParseResult parsed, Func<string, string?> environment) =>
        parsed.GetValue(database) is not null || !string.IsNullOrWhiteSpace(environment(DatabaseVariable));

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

        var (place, password) = Database(parsed, surroundings, home);
        var options = new BusOptions
        {
            DatabasePath = place,
            DatabasePassword = password,
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

    /// <summary>A file's full path, or an address without its password, and that password.</summary>
    private (string Place, string? Password) Database(ParseResult parsed, Surroundings surroundings, string? home)
    {
        var typed = parsed.GetValue(database);
        if (typed is not null && !PostgresAddress.IsMeant(typed))
        {
            return (RequireFileName(FullPath(parsed, database))!, null);
        }

        // The bus of local mode has a place of its own.
        var text = typed ?? (IsBackground(parsed) ? null : surroundings.Environment(DatabaseVariable));
        if (string.IsNullOrWhiteSpace(text))
        {
            return (Path.GetFullPath(DefaultDatabase(home)), null);
        }

        if (!PostgresAddress.IsMeant(text))
        {
            return (RequireFileName(Path.GetFullPath(text))!, null);
        }

        try
        {
            var address = PostgresAddress.Parse(text.Trim());
            if (address.Password is null)
            {
                PasswordFile.RequirePrivate(surroundings.Environment);
            }

            return typed is null || address.Password is null
                ? (address.ToString(), address.Password)
                : throw new SettingsException(
                    $"--db names a password, which every user of this machine can read in the list of processes. Put the address into {DatabaseVariable} instead, or the password into PGPASSWORD or a pgpass file.");
        }
        catch (FormatException fault)
        {
            throw new SettingsException($"The address of the database in {(typed is null ? DatabaseVariable : "--db")} is not understood: {fault.Message}.");
        }
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
