using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Which keys are in which channel.</summary>
internal sealed class MemberStore(ISqlConnection connection)
{
    public bool Contains(long channel, string keyId)
    {
        using var query = connection.Prepare("SELECT 1 FROM members WHERE channel = ? AND key_id = ?");
        return query.Bind(channel).Bind(keyId).Step();
    }

    /// <summary>Adds a key; one that is a member already stays as it is.</summary>
    public void Add(long channel, string keyId, string? invitationId, long now) =>
        connection.Prepare(
                """
                INSERT INTO members (channel, key_id, id, granted_at, granted_via_invitation_id) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT DO NOTHING
                """)
            .Bind(channel).Bind(keyId).Bind(BusId.New(now)).Bind(now).Bind(invitationId).Run();

    public void Remove(long channel, string keyId) =>
        connection.Prepare("DELETE FROM members WHERE channel = ? AND key_id = ?").Bind(channel).Bind(keyId).Run();

    public Member? Find(ChannelRecord channel, string keyId)
    {
        using var query = connection.Prepare(
            "SELECT id, key_id, granted_at, granted_via_invitation_id FROM members WHERE channel = ? AND key_id = ?");
        return query.Bind(channel.Number).Bind(keyId).Step() ? Read(query, channel) : null;
    }

    /// <summary>The members of a channel, the oldest first.</summary>
    public IReadOnlyList<Member> List(ChannelRecord channel)
    {
        using var query = connection.Prepare(
            "SELECT id, key_id, granted_at, granted_via_invitation_id FROM members WHERE channel = ? ORDER BY granted_at, id");
        return query.Bind(channel.Number).All(row => Read(row, channel));
    }

    private static Member Read(IStatement row, ChannelRecord channel) =>
        new(row.Text(0), channel.Id, row.Text(1), Instant.ToText(row.Integer(2)), row.OptionalText(3));
}
