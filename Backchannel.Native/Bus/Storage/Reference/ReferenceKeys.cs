using System.Security.Cryptography;
using System.Text.Json;
using Backchannel.Native.Bus.Storage.Copying;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage.Reference;

/// <summary>Imports keys, actors, the log of keys and the minting switch. Both servers keep the same hash of a key, so keys stay valid.</summary>
internal sealed class ReferenceKeys(ISqlConnection source, ImportTarget into)
{
    private readonly HashSet<string> activeLabels = [];

    public void Import()
    {
        ImportKeys();
        ImportActors();
        ImportAudit();
        if (LeftOuts.Count(source, "SELECT count(*) FROM settings WHERE key LIKE '%mint%' AND lower(value) = 'false'") > 0)
        {
            into.Write(CopiedTables.Settings, SettingStore.MintingClosed);
        }
    }

    private void ImportKeys()
    {
        // Of a label's active keys, the one that was used last comes first, and stays.
        using var keys = source.Prepare(
            """
            SELECT k.key_id, k.key_hash, k.owner_id, k.active, s.scopes, k.created_at, k.expires_at FROM api_keys k
            LEFT JOIN key_scopes s ON s.key_id = k.key_id ORDER BY k.active DESC, coalesce(k.last_used_at, k.created_at) DESC, k.key_id
            """);
        while (keys.Step())
        {
            var hash = ReadHash(keys.Text(1));
            var isActive = keys.Flag(3) && MayStay(keys, hash);
            into.Write(
                CopiedTables.Keys,
                keys.Text(0), hash, keys.Text(2), isActive ? 1L : 0L, keys.IsNull(4) ? null : ReadScopes(keys.Text(4)), keys.Time(5));
        }
    }

    private bool MayStay(IStatement key, byte[] hash)
    {
        var fault = hash.Length == 0 ? LeftOuts.OtherHashes : !key.IsNull(6) ? LeftOuts.ExpiringKeys : activeLabels.Add(key.Text(2)) ? null : LeftOuts.SharedLabels;
        if (fault is not null)
        {
            into.Withdraw(fault);
        }

        return fault is null;
    }

    private void ImportActors()
    {
        using (var actors = source.Prepare(
            """
            SELECT a.id, coalesce(a.owner_id, k.owner_id, ''), coalesce(a.owner_key_id, ''), a.name, a.description, a.metadata, a.created_at, a.updated_at
            FROM actors a LEFT JOIN api_keys k ON k.key_id = a.owner_key_id ORDER BY a.created_at, a.rowid
            """))
        {
            while (actors.Step())
            {
                var actor = new ImportedActor(into.Rows(CopiedTables.Actors) + 1, actors.Text(3));
                into.Actors.Add(actors.Text(0), actor);
                into.Write(
                    CopiedTables.Actors,
                    actor.Number, actors.Text(0), actors.Text(1), actors.Text(2), actor.Name, actors.Text(4), into.Object(actors.Text(5)), actors.Time(6), actors.Time(7));
            }
        }

        using (var aliases = source.Prepare("SELECT alias, actor_id FROM actor_aliases ORDER BY alias"))
        {
            while (aliases.Step())
            {
                into.Write(CopiedTables.ActorAliases, aliases.Text(0), into.Actor(aliases.Text(1)).Number);
            }
        }

        using var webhooks = source.Prepare("SELECT actor_id, url, secret, updated_at FROM agent_webhooks ORDER BY actor_id");
        while (webhooks.Step())
        {
            if (into.ActorNumber(webhooks.Text(0)) is { } actor)
            {
                into.Write(CopiedTables.ActorWebhooks, actor, webhooks.Text(1), webhooks.OptionalText(2), webhooks.Time(3));
            }
        }
    }

    private void ImportAudit()
    {
        using var entries = source.Prepare(
            "SELECT id, occurred_at, actor_key_id, subject_key_id, event_type, remote_addr, detail FROM security_audit ORDER BY occurred_at, rowid");
        while (entries.Step())
        {
            into.Write(
                CopiedTables.Audit,
                into.Rows(CopiedTables.Audit) + 1, entries.Text(0), entries.Time(1), entries.OptionalText(2), entries.OptionalText(3), entries.Text(4),
                entries.OptionalText(5), into.Object(entries.OptionalText(6)));
        }
    }

    /// <returns>Nothing for a hash of another form.</returns>
    private static byte[] ReadHash(string text)
    {
        var hash = new byte[SHA256.HashSizeInBytes];
        return text.Length == hash.Length * 2 && Convert.FromHexString(text, hash, out _, out _) == System.Buffers.OperationStatus.Done ? hash : [];
    }

    private static string ReadScopes(string json)
    {
        using var document = JsonDocument.Parse(json);
        return string.Join(' ', document.RootElement.EnumerateArray().Select(scope => scope.GetString()));
    }
}
