using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Requests to be let into a restricted channel.</summary>
internal sealed class AccessRequestStore(ISqlConnection connection)
{
    public const string Approved = "approved";
    public const string Denied = "denied";

    private const string Columns = "id, requester_key_id, reason, status, created_at";

    public AccessRequest? FindPending(ChannelRecord channel, string keyId)
    {
        using var query = connection.Prepare(
            $"SELECT {Columns} FROM access_requests WHERE channel = ? AND requester_key_id = ? AND status = 'pending' ORDER BY number LIMIT 1");
        return query.Bind(channel.Number).Bind(keyId).Step() ? Read(query, channel) : null;
    }

    public AccessRequest? Find(ChannelRecord channel, string id)
    {
        using var query = connection.Prepare($"SELECT {Columns} FROM access_requests WHERE id = ? AND channel = ?");
        return query.Bind(id).Bind(channel.Number).Step() ? Read(query, channel) : null;
    }

    /// <summary>Pending requests, the oldest first.</summary>
    public IReadOnlyList<AccessRequest> Pending(ChannelRecord channel)
    {
        using var query = connection.Prepare(
            $"SELECT {Columns} FROM access_requests WHERE channel = ? AND status = 'pending' ORDER BY number");
        return query.Bind(channel.Number).All(row => Read(row, channel));
    }

    /// <returns>The id of the new request.</returns>
    public string Add(ChannelRecord channel, string keyId, string reason, long now)
    {
        var id = BusId.New(now);
        connection.Prepare(
                "INSERT INTO access_requests (id, channel, requester_key_id, reason, status, created_at) VALUES (?, ?, ?, ?, 'pending', ?)")
            .Bind(id).Bind(channel.Number).Bind(keyId).Bind(reason).Bind(now).Run();
        return id;
    }

    public void Resolve(string id, string status) =>
        connection.Prepare("UPDATE access_requests SET status = ? WHERE id = ?").Bind(status).Bind(id).Run();

    private static AccessRequest Read(IStatement row, ChannelRecord channel) =>
        new(row.Text(0), channel.Id, row.Text(1), row.Text(2), row.Text(3), Instant.ToText(row.Integer(4)));
}
