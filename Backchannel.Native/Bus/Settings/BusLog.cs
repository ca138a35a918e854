using System.Globalization;
using System.Text;
using System.Text.Json;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Text;

namespace Backchannel.Native.Bus.Settings;

/// <summary>What the bus reports: one JSON object per line, without contents, names or keys.</summary>
/// <param name="write">Takes one line.</param>
/// <param name="writeError">Takes one line about something that an operator has to look at.</param>
internal sealed class BusLog(Action<string> write, Action<string> writeError, TimeProvider timeProvider)
{
    /// <summary>The database cannot be relied on any more.</summary>
    public void StorageFault(string code, string cause, string next) => Write(writeError, "storage_fault", writer =>
    {
        writer.WriteString("code", code);
        writer.WriteString("cause", cause);
        writer.WriteString("next", next);
    });

    /// <summary>The database server is lost, or back.</summary>
    /// <param name="reason">Null: it is back.</param>
    public void DatabaseReach(string? reason) => Trouble(
        reason is not null,
        "database_away",
        reason,
        "The bus answers 503 until the database server answers again, and goes on by itself then. Look at that server and at the way to it.",
        "database_back");

    /// <summary>Another process holds the turn to write in the database server, or gave it back.</summary>
    public void DatabaseHeld(bool isHeld) => Trouble(
        isHeld,
        "database_held",
        "another process has locked the row of the table writer for more than 5 seconds",
        "Writes are answered with 503 until it ends. Look for it: SELECT pid, application_name, client_addr, state, query FROM pg_stat_activity WHERE xact_start < now() - interval '5 s'. A commit that waits for a standby holds it too.",
        "database_free");

    /// <summary>The database server takes reads only, or takes writes again.</summary>
    public void DatabaseRestricted(bool isReadOnly) => Trouble(
        isReadOnly,
        "database_read_only",
        "the database server takes reads only: it is a standby, or default_transaction_read_only is on",
        "Writes are answered with 503 until it takes them, and the bus goes on by itself then. Promote the standby, name the primary in --db, or switch that setting off.",
        "database_writable");

    /// <summary>The collector takes neither traces nor measures.</summary>
    public void CollectorAway(string cause) => Write(writeError, "collector_away", writer => writer.WriteString("cause", cause));

    /// <summary>The file of the socket was removed or replaced.</summary>
    public void SocketGone(string path) => Write(writeError, "socket_gone", writer =>
    {
        writer.WriteString("cause", $"{path} was removed or replaced while the bus listened on it");
        writer.WriteString("next", "Nobody new can connect to this bus: start it again. The bus of local mode ends by itself, and the next call starts one.");
    });

    /// <summary>A fault of the bus itself, or of its database, while it handled a request.</summary>
    public void Fault(string requestId, string method, Exception fault) => Write(writeError, "fault", writer =>
    {
        writer.WriteString("request_id", requestId);
        writer.WriteString("method", method);
        writer.WriteString("type", fault.GetType().FullName);
        writer.WriteString("message", fault.Message);
        // What the database says tells what happened; where in the bus it was met does not matter.
        if (fault is not StorageException)
        {
            writer.WriteString("stack", fault.StackTrace);
        }
    });

    /// <summary>A request that was answered. Its path is logged as a template, which contains no names and ids.</summary>
    /// <param name="keyId">Public id of the calling key; null for none.</param>
    /// <remarks>Written without a JSON writer, because a busy bus writes thousands of these a second. No value needs an escape.</remarks>
    public void Request(string requestId, string method, string template, int status, TimeSpan duration, string? keyId) => write(string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        {"time":"{{Wire.Timestamp.ToText(timeProvider.GetUtcNow())}}","event":"request","request_id":"{{requestId}}","method":"{{method}}","path":"{{template}}","status":{{status}},"ms":{{duration.TotalMilliseconds:0.###}},"key_id":{{Quoted(keyId)}}}
        """));

    /// <summary>A pass of maintenance that failed; the next one tries again.</summary>
    public void MaintenanceFault(string pass, Exception fault) => Write(writeError, "maintenance_fault", writer =>
    {
        writer.WriteString("pass", pass);
        writer.WriteString("type", fault.GetType().FullName);
        writer.WriteString("message", fault.Message);
    });

    /// <summary>The process may open too few files for as many connections as were asked for.</summary>
    public void FewerConnections(int wanted, int room) => Write("fewer_connections", writer =>
    {
        writer.WriteNumber("wanted", wanted);
        writer.WriteNumber("room", room);
        writer.WriteString("reason", "the limit of open files (ulimit -n) of this process");
    });

    /// <summary>A webhook event that could not be delivered.</summary>
    /// <param name="attempts">Attempts so far.</param>
    /// <param name="isGivenUp">Whether no further attempt follows.</param>
    public void WebhookFailed(long number, int attempts, bool isGivenUp, string reason) => Write("webhook_failed", writer =>
    {
        writer.WriteNumber("delivery", number);
        writer.WriteNumber("attempts", attempts);
        writer.WriteBoolean("given_up", isGivenUp);
        writer.WriteString("reason", reason);
    });

    /// <param name="over">The event that says that the trouble is over.</param>
    private void Trouble(bool isThere, string kind, string? cause, string next, string over)
    {
        if (!isThere)
        {
            Write(write, over, static _ => { });
            return;
        }

        Write(writeError, kind, writer =>
        {
            writer.WriteString("cause", cause);
            writer.WriteString("next", next);
        });
    }

    private static string Quoted(string? id) => id is null ? "null" : $"\"{id}\"";

    private void Write(string kind, Action<Utf8JsonWriter> members) => Write(write, kind, members);

    private void Write(Action<string> take, string kind, Action<Utf8JsonWriter> members)
    {
        var line = Encoding.UTF8.GetString(ReadableJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("time", Wire.Timestamp.ToText(timeProvider.GetUtcNow()));
            writer.WriteString("event", kind);
            members(writer);
            writer.WriteEndObject();
        }).Span);
        take(Ascii.IsValid(line) ? line : Escape(line));
    }

    // A reason can quote text of others, with invisible characters or ones that reverse the reading direction. Outside of strings JSON is ASCII.
    private static string Escape(string line) => string.Concat(line.Select(c => char.IsAscii(c) ? c.ToString() : $"\\u{(int)c:x4}"));
}
