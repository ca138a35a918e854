using System.Buffers.Text;
using System.Security.Cryptography;
using Backchannel.Native.Bus.Memory;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Text;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>Issuing, showing, limiting and revoking keys.</summary>
internal sealed class KeyEndpoints(BusOptions options, BusDatabase database, KeyRing keyRing, SlidingWindow minting)
{
    private const string Plan = "free";

    private const string KeyIdPrefix = "bck_";

    public void AddTo(RouteTable routes)
    {
        routes.Add("POST", Routes.Keys, new AsyncEndpoint(MintAsync, NeedsKey: false));
        routes.Add("GET", Routes.OwnKey, new ReadEndpoint(Show));
        routes.Add("DELETE", Routes.OwnKey, new WriteEndpoint(Revoke));
        routes.Add("PUT", Routes.OwnKeyScopes, new WriteEndpoint(SetScopes) { IsIdempotent = false });
    }

    private async Task<Reply> MintAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!await database.ReadAsync(static storage => storage.Settings.IsMintingOpen()))
        {
            throw new ApiException(403, ErrorCodes.MintingClosed, "This bus issues no keys to the public. Ask its operator for one.");
        }

        if (!minting.TryTake(request.AddressSubject, out _))
        {
            throw Throttle.RateLimitExceeded("Too many keys were asked for from this address.", minting.Window, options.RateLimitWindow);
        }

        var label = Label(request.Fields);
        return await database.Writes.RunAsync(context => Mint(context, label, AuditTypes.KeyIssued, request.RemoteAddress));
    }

    /// <summary>Stores a new key and the actor of its name.</summary>
    public Reply Mint(WriteContext context, string label, string auditType, string? remoteAddress)
    {
        if (context.Storage.Keys.IsLabelInUse(label))
        {
            throw new ApiException(409, ErrorCodes.LabelInUse, "An active key has this label. Choose another one.");
        }

        var keyId = KeyIdPrefix + RandomText(9);
        var rawKey = $"{keyId}.{RandomText(24)}";
        var hash = new byte[SHA256.HashSizeInBytes];
        KeyRing.Hash(rawKey, hash);
        context.Storage.Keys.Add(new ApiKeyRecord(keyId, hash, label, Active: true, Scopes: null), context.Now);
        if (context.Storage.Actors.FindByName(label, label) is null)
        {
            context.Storage.Actors.Add(label, keyId, label, "", "{}", context.Now);
        }

        context.Storage.Audit.Add(auditType, null, keyId, remoteAddress, AuditDetail(label), context.Now);
        return JsonBody.Reply(
            201,
            new IssuedKey(rawKey, keyId, null, label, options.RateLimit, (int)options.RateLimitWindow.TotalSeconds),
            WireJsonContext.Default.IssuedKey);
    }

    /// <summary>The label of a new key: trimmed and cut.</summary>
    public static string Label(JsonFields fields)
    {
        var label = fields.TryGet("agent_label", out var value) && value.ValueKind == System.Text.Json.JsonValueKind.String
            ? value.GetString()!.Trim()
            : "";
        return label switch
        {
            "" => throw new ApiException(422, ErrorCodes.MissingField, "'agent_label' is required: a string that is not blank."),
            _ => WholeCharacters.Take(label, Limits.MaxAgentLabelLength),
        };
    }

    private Reply Show(ApiRequest request, StorageSession storage) => JsonBody.Reply(
        200,
        new KeyIdentity(
            request.Key.KeyId,
            request.Key.OwnerId,
            Plan,
            request.Key.Active,
            request.Key.Scopes,
            options.RateLimit,
            (int)options.RateLimitWindow.TotalSeconds),
        WireJsonContext.Default.KeyIdentity);

    private Func<WriteContext, Reply> Revoke(ApiRequest request) => context =>
    {
        context.Storage.Keys.Revoke(request.Key.KeyId);
        context.Storage.Audit.Add(AuditTypes.KeyRevoked, request.Key.KeyId, request.Key.KeyId, request.RemoteAddress, "{}", context.Now);
        RememberAsStored(context, request.Key.KeyId);
        return JsonBody.Reply(200, new KeyRevocation(request.Key.KeyId, true), WireJsonContext.Default.KeyRevocation);
    };

    private Func<WriteContext, Reply> SetScopes(ApiRequest request)
    {
        var scopes = KeyScopes.Read(request.Fields);
        return context =>
        {
            context.Storage.Keys.SetScopes(request.Key.KeyId, scopes);
            RememberAsStored(context, request.Key.KeyId);
            return JsonBody.Reply(200, new ScopeList(request.Key.KeyId, scopes), WireJsonContext.Default.ScopeList);
        };
    }

    // Read the key again: it may have been revoked since the request was let in, and must stay revoked.
    private void RememberAsStored(WriteContext context, string keyId)
    {
        var stored = context.Storage.Keys.Find(keyId)!;
        context.AfterCommit(() => keyRing.Remember(stored));
        context.Changed(Change.OfKeys);
    }

    private static string AuditDetail(string label) => System.Text.Encoding.UTF8.GetString(JsonBody.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("agent_label", label);
        writer.WriteEndObject();
    }).Span);

    private static string RandomText(int bytes) => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(bytes));
}
