using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Npgsql;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>Where a database is: <c>postgres://user[:password]@host[:port][,host[:port]]/database[?name=value&amp;…]</c>.</summary>
/// <remarks>
/// Names: <c>host</c> (a folder with the server's socket, or a host), <c>port</c>, <c>sslmode</c> (<c>disable</c>, <c>prefer</c>, <c>require</c>,
/// <c>verify-ca</c>, <c>verify-full</c>) and <c>sslrootcert</c>, as libpq has them. Without <c>sslmode</c> a server on another machine has to show a
/// certificate for its name. With several hosts, the one that takes writes is used. Without a password, PGPASSWORD and the pgpass file are asked.
/// </remarks>
internal sealed partial class PostgresAddress
{
    /// <summary>By which an operator, and a copy, finds the connections of buses (<c>pg_stat_activity</c>). A copy has a word more: nobody may take it for a writer that hangs.</summary>
    public const string ApplicationName = "backchannel-mcp";

    private const int DefaultPort = 5432;
    private const string Form = "postgres://user@host:port/database";

    private static readonly string[] Schemes = ["postgres://", "postgresql://"];

    private readonly NpgsqlConnectionStringBuilder settings;
    private readonly string text;

    private PostgresAddress(NpgsqlConnectionStringBuilder settings, string text)
    {
        this.settings = settings;
        this.text = text;
    }

    /// <summary>The password that the address itself names; null for none.</summary>
    public string? Password => settings.Password;

    /// <summary>Whether a text is meant as an address and not as the path of a file.</summary>
    /// <remarks>Also a mistyped one: taken for a path, its password would stand in the name of a folder.</remarks>
    public static bool IsMeant(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var at = text.LastIndexOf('@');
        return text.Contains("://", StringComparison.Ordinal)
            || text.Contains(":/", StringComparison.Ordinal) && colon > 1 && text[..colon].All(char.IsAsciiLetter)
            || text.StartsWith("postgres:", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql:", StringComparison.OrdinalIgnoreCase)
            || OtherForm().IsMatch(text)
            || (colon >= 0 && at > colon && !(OperatingSystem.IsWindows() && colon == 1));
    }

    /// <param name="password">Beats the one in the text; null: that one.</param>
    /// <exception cref="FormatException">It is not understood. The message says which part, and repeats nothing of it.</exception>
    public static PostgresAddress Parse(string text, string? password = null)
    {
        if (Schemes.FirstOrDefault(scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) is not { } scheme)
        {
            throw new FormatException($"it does not begin with postgres://. The form is {Form}; a file is named by its path alone");
        }

        var rest = text[scheme.Length..];
        if (rest.Contains('#', StringComparison.Ordinal))
        {
            throw new FormatException("it contains a '#'. In a user or password write it as %23");
        }

        var query = rest.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? rest[(mark + 1)..] : "";
        rest = query.Length > 0 || rest.EndsWith('?') ? rest[..rest.IndexOf('?', StringComparison.Ordinal)] : rest;
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var authority = slash < 0 ? rest : rest[..slash];
        var database = slash < 0 ? "" : Unescape(rest[(slash + 1)..], "the name of the database");
        if (database.Length == 0 || database.Contains('/', StringComparison.Ordinal) || database.Contains('@', StringComparison.Ordinal))
        {
            throw new FormatException($"the name of the database is missing or contains a '/' or '@'. The form is {Form}; in a password write '/' as %2F and '@' as %40");
        }

        var at = authority.LastIndexOf('@');
        var user = at < 0 ? "" : authority[..at];
        var colon = user.IndexOf(':', StringComparison.Ordinal);
        var settings = new NpgsqlConnectionStringBuilder
        {
            Database = database,
            Username = Unescape(colon < 0 ? user : user[..colon], "the user"),
            Password = password ?? (colon < 0 ? null : Unescape(user[(colon + 1)..], "the password")),
        };
        if (settings.Username.Contains(';', StringComparison.Ordinal))
        {
            // What stands behind it may be a password.
            throw new FormatException("the user contains a ';'. A password follows ':'; in a name write ';' as %3B");
        }

        if (settings.Username.Length == 0)
        {
            throw new FormatException($"the user is missing. The form is {Form}");
        }

        var hosts = authority[(at + 1)..];
        var port = DefaultPort;
        string? mode = null;
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? pair : pair[..equals];
            var value = equals < 0 ? "" : Unescape(pair[(equals + 1)..], name);
            switch (name)
            {
                case "host":
                    hosts = value;
                    break;
                case "port":
                    port = Port(value);
                    break;
                case "sslmode":
                    mode = value;
                    break;
                case "sslrootcert":
                    settings.RootCertificate = Path.GetFullPath(value);
                    break;
                default:
                    throw new FormatException("behind the '?' only host, port, sslmode and sslrootcert are known");
            }
        }

        settings.Port = port;
        settings.Host = string.Join(',', hosts.Split(',').Select(host => WithPort(host, port)));
        settings.SslMode = Mode(mode, settings.Host);
        return new PostgresAddress(settings, colon < 0 ? text : text.Remove(scheme.Length + colon, user.Length - colon));
    }

    /// <summary>Prepares connections; none is made yet.</summary>
    /// <param name="hasPatience">Whether a statement and a transaction may take as long as they need, as those of a copy do.</param>
    public NpgsqlDataSource Connect(bool hasPatience = false)
    {
        var all = new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            ApplicationName = hasPatience ? ApplicationName + " copy" : ApplicationName,
            Pooling = false,
            Timeout = 3,
            CommandTimeout = hasPatience ? 0 : 8,
            CancellationTimeout = -1,
            MaxAutoPrepare = 300,
            AutoPrepareMinUsages = 2,
            IncludeErrorDetail = false,

            // Which host takes writes is asked anew for each connection: an answer kept for ten seconds keeps a bus away from a promoted standby.
            HostRecheckSeconds = 0,

            // A writer that hangs or is cut off loses the lock; who waits for it gives up before a client does. The other settings keep plans as they
            // are meant whatever the statistics say: on a young database the server would read whole tables, and go on so until it counts again.
            Options = (hasPatience ? "-c lock_timeout=5s " : "-c lock_timeout=5s -c statement_timeout=6s -c idle_in_transaction_session_timeout=5s ")
                + "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off -c plan_cache_mode=force_generic_plan",
        };
        if (!all.Host!.Contains('/', StringComparison.Ordinal))
        {
            all.TcpKeepAlive = true;
            all.TcpKeepAliveTime = 5;
            all.TcpKeepAliveInterval = 1;
        }

        var builder = new NpgsqlSlimDataSourceBuilder(all.ConnectionString);
        builder.EnableTransportSecurity();
        return all.Host.Contains(',', StringComparison.Ordinal) ? builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.ReadWrite) : builder.Build();
    }

    /// <summary>The forms of libpq and of .NET: names with values.</summary>
    [GeneratedRegex(@"(^|[;\s])\s*(host|server|hostaddr|user|user id|username|password|pwd|dbname|database)\s*=", RegexOptions.IgnoreCase)]
    private static partial Regex OtherForm();

    /// <summary>The text without the password.</summary>
    public override string ToString() => text;

    private static SslMode Mode(string? mode, string hosts) => mode switch
    {
        null => hosts.Split(',').All(IsThisMachine) ? SslMode.Prefer : SslMode.VerifyFull,
        "disable" => SslMode.Disable,
        "prefer" => SslMode.Prefer,
        "require" => SslMode.Require,
        "verify-ca" => SslMode.VerifyCA,
        "verify-full" => SslMode.VerifyFull,
        _ => throw new FormatException("sslmode has to be disable, prefer, require, verify-ca or verify-full"),
    };

    private static bool IsThisMachine(string host)
    {
        var name = host.StartsWith('/') ? host : host[..host.LastIndexOf(':')].Trim('[', ']');
        return name.StartsWith('/') || name == "localhost" || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));
    }

    /// <summary>A host as Npgsql takes it: with its port. All folders of sockets have the port of the address.</summary>
    private static string WithPort(string host, int port)
    {
        var name = Unescape(host, "the host");
        if (name.Length == 0)
        {
            throw new FormatException($"the host is missing. The form is {Form}");
        }

        if (name.StartsWith('/'))
        {
            return name;
        }

        var end = name.LastIndexOf(':');
        if (end > name.LastIndexOf(']') && (end == name.IndexOf(':', StringComparison.Ordinal) || name.StartsWith('[')))
        {
            port = Port(name[(end + 1)..]);
            name = name[..end];
        }

        return string.Create(CultureInfo.InvariantCulture, $"{name}:{port}");
    }

    private static int Port(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
        ? port
        : throw new FormatException("the port is no number from 1 to 65535");

    private static string Unescape(string text, string part)
    {
        for (var i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
            {
                throw new FormatException($"{part} contains a '%' that begins no code. Write it as %25");
            }
        }

        return Uri.UnescapeDataString(text);
    }
}
