using System.Net.Sockets;
using System.Net;
using System.Security.Cryptography;
using Backchannel.Native.Bus.Connections;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Postgres;

namespace Backchannel.Native.Cli;

/// <summary>Why a bus cannot start.</summary>
/// <param name="Cause">What happened, in whole sentences.</param>
/// <param name="Advice">What to do, in whole sentences; null where the starter adds its own.</param>
internal sealed record StartFault(string Cause, string? Advice)
{
    private const string OtherSocket = "Name another --socket.";
    private const int FirstFreePort = 1024;

    /// <summary>For a bus started by hand: every option can be changed.</summary>
    public static StartFault Of(Exception exception, BusOptions options) => exception switch
    {
        SocketException fault when options.SocketPath is { } path => new($"it cannot listen on {path}: {fault.Message}.", OtherSocket),
        SocketException fault => OfAddress(fault, options.Listen),
        SocketFileException fault => new(fault.Message, OtherSocket),
        CryptographicException fault => new(fault.Message, null),
        NewerDatabaseException fault => new(fault.Message, $"Start the bus with {fault.Release}, or name another --db."),
        DatabaseInUseException fault => new(fault.Message, "End that one, or name another --db."),
        StorageException fault when PostgresAddress.IsMeant(options.DatabasePath) => new($"{options.DatabasePath}: {fault.Message.TrimEnd('.')}.", ServerAdvice(fault)),
        InvalidOperationException fault when PostgresAddress.IsMeant(options.DatabasePath) => new($"{options.DatabasePath}: {fault.Message}", "Or name another --db."),
        StorageException { IsDamage: true } fault => new(
            Damaged(options, fault),
            "Put a backup in its place, rescue what can be read (sqlite3 FILE .recover | sqlite3 NEW), or name another --db."),
        StorageException fault => new($"{options.DatabasePath}: {fault.Message.TrimEnd('.')}.", "Name another --db."),
        _ when exception.Message.StartsWith("Failed to bind", StringComparison.Ordinal) =>
            new(exception.Message, "Name another one with --listen; port 0 takes a free port."),
        _ => new(exception.Message, $"Data would go to {options.DatabasePath}; --db names another place."),
    };

    /// <summary>For the local bus: the places of socket and database are fixed; only the files there can be changed.</summary>
    public static StartFault OfLocalBus(Exception exception, BusOptions options) => exception switch
    {
        DatabaseInUseException => new(exception.Message, "End that one."),
        NewerDatabaseException fault => new(
            fault.Message,
            $"Update this program to {fault.Release}, or start a session with it: its bus serves sessions of this release too while it runs, and 'backchannel-mcp stop' ends it. "
            + $"To start with an empty database instead, move {options.DatabasePath} away, with {options.DatabasePath}-wal and {options.DatabasePath}-shm."),
        InvalidOperationException => new(
            exception.Message,
            $"To start with an empty database, move {options.DatabasePath} away, with {options.DatabasePath}-wal and {options.DatabasePath}-shm."),
        StorageException { IsDamage: true } fault => new(
            Damaged(options, fault),
            $"Put a backup in its place, or move it away, with {options.DatabasePath}-wal and {options.DatabasePath}-shm, to start with an empty one. "
            + "'sqlite3 FILE .recover | sqlite3 NEW' rescues what can be read."),
        StorageException => new($"{options.DatabasePath}: {exception.Message.TrimEnd('.')}.", null),
        _ => new(Of(exception, options).Cause, null),
    };

    private static string ServerAdvice(StorageException fault) => fault.IsDamage
        ? "The database is damaged: the log of its server says more. Restore a backup, or name another --db."
        : fault.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase)
        ? "The server's certificate is signed by an authority that is not trusted here, is for another name, or has run out. sslrootcert in the address names the file of the authority; the name is the host in the address."
        : "Look at the database server and at the address in --db or BACKCHANNEL_DB. A password comes from BACKCHANNEL_DB, PGPASSWORD or a pgpass file; the user needs the right to create tables in the database's schema.";

    private static string Damaged(BusOptions options, StorageException fault) => $"{options.DatabasePath} is damaged, or no database at all ({fault.Message}).";

    private static StartFault OfAddress(SocketException fault, IPEndPoint address) => fault.SocketErrorCode switch
    {
        SocketError.AccessDenied when address.Port < FirstFreePort => new(
            $"it cannot listen on {address}: {fault.Message}. A port below {FirstFreePort} is for root.",
            $"Name a higher one, such as --listen {new IPEndPoint(address.Address, 8080)}."),
        SocketError.AddressNotAvailable => new(
            $"it cannot listen on {address}: this machine has no such address.",
            "Name one of its own with --listen, such as 127.0.0.1:8080."),
        SocketError.AddressFamilyNotSupported => new(
            $"it cannot listen on {address}: this machine has no {(address.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4")}.",
            "Name an address of the other kind with --listen, such as 127.0.0.1:8080 or [::1]:8080."),
        _ => new($"it cannot listen on {address}: {fault.Message}.", "Name another address or port with --listen."),
    };
}
