using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Actors and their aliases.</summary>
internal sealed class ActorStore(ISqlConnection connection)
{
    private const string Columns = "a.number, a.id, a.owner_id, a.created_by_key_id, a.name, a.description, a.metadata, a.created_at, a.updated_at";

    /// <summary>By id, then by alias, whoever owns it.</summary>
    public ActorRecord? Find(string reference) =>
        (BusId.IsLong(reference) ? FindById(reference) : null)
        ?? One($"SELECT {Columns} FROM actor_aliases n JOIN actors a ON a.number = n.actor WHERE n.alias = ?", reference);

    public ActorRecord? FindById(string id) => One($"SELECT {Columns} FROM actors a WHERE a.id = ?", id);

    /// <summary>The owner's oldest actor of a name.</summary>
    public ActorRecord? FindByName(string ownerId, string name)
    {
        using var query = connection.Prepare(
            $"SELECT {Columns} FROM actors a WHERE a.owner_id = ? AND a.name = ? ORDER BY a.number LIMIT 1");
        return query.Bind(ownerId).Bind(name).Step() ? Read(query) : null;
    }

    public ActorRecord Add(string ownerId, string keyId, string name, string description, string metadata, long now)
    {
        var id = BusId.New(now);
        connection.Prepare(
                """
                INSERT INTO actors (id, owner_id, created_by_key_id, name, description, metadata, created_at, updated_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """)
            .Bind(id).Bind(ownerId).Bind(keyId).Bind(name).Bind(description).Bind(metadata).Bind(now).Bind(now).Run();
        return FindById(id)!;
    }

    public IReadOnlyList<string> Aliases(long actor)
    {
        using var query = connection.Prepare("SELECT alias FROM actor_aliases WHERE actor = ? ORDER BY alias");
        return query.Bind(actor).All(static row => row.Text(0));
    }

    public bool IsAliasTaken(string alias)
    {
        using var query = connection.Prepare("SELECT 1 FROM actor_aliases WHERE alias = ?");
        return query.Bind(alias).Step();
    }

    public void AddAlias(long actor, string alias) =>
        connection.Prepare("INSERT INTO actor_aliases (alias, actor) VALUES (?, ?)").Bind(alias).Bind(actor).Run();

    private ActorRecord? One(string sql, string value)
    {
        using var query = connection.Prepare(sql);
        return query.Bind(value).Step() ? Read(query) : null;
    }

    private static ActorRecord Read(IStatement row) => new(
        row.Integer(0),
        row.Text(1),
        row.Text(2),
        row.Text(3),
        row.Text(4),
        row.Text(5),
        row.Text(6),
        row.Integer(7),
        row.Integer(8));
}
