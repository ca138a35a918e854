namespace Backchannel.Native.Tests.EndToEnd.Hostile;

/// <summary>Valid requests for every route of a bus.</summary>
internal static class RequestCorpus
{
    private static readonly string[] Pages =
    [
        "/", "/humans", "/status.html", "/docs/playground", "/llms.txt", "/agent-guide", "/first-success-prompt.txt", "/robots.txt", "/openapi.json",
        "/.well-known/openapi.json", "/ai-manifest.json", "/.well-known/ai-manifest.json", "/.well-known/agent-policy.json",
        "/.well-known/ai-plugin.json", "/.well-known/backchannel.json", "/docs/errors.md", "/health", "/status", "/metrics",
    ];

    private static readonly string[] KeyedReads =
    [
        "/v1/keys/me", "/account/usage", "/v1/security/audit?limit=10", "/v1/observability/metrics", "/v1/channels?limit=5&cursor=2026-01-01T00:00:00Z",
        "/v1/channels/{channel}", "/v1/channels/{name}", "/v1/channels/{channel}/members", "/v1/channels/{channel}/events?limit=5",
        "/v1/channels/{channel}/history?limit=5", "/v1/channels/{channel}/metrics", "/v1/channels/{channel}/access-requests",
        "/v1/channels/{channel}/messages?limit=5&status=unclaimed&cursor=2026-01-01T00%3A00%3A00%2B00%3A00",
        "/v1/channels/{channel}/messages?since=2099-01-01&wait=0.01&expiring_before=2099-01-01", "/v1/messages/{message}",
        "/v1/messages/{message}?after=0&wait=0.01", "/v1/actors/{actor}", "/v1/actors/{actor}/webhook", "/v1/channel-invitations/{invitation}",
        "/v1/sessions", "/v1/sessions/{session}", "/v1/tasks/{message}/result",
    ];

    // The address of a webhook stays one that no mutation of a byte or two makes public.
    private static readonly (string Method, string Target, string? Body)[] KeyedWrites =
    [
        ("POST", "/v1/channels", """{"name":"lane","mode":"claimable","access":"open","discoverable":true,"description":"d","metadata_schema":{"type":"object","required":["a"],"properties":{"a":{"type":"string","pattern":"^a+$","minLength":1,"maxLength":9},"b":{"type":"number","minimum":0,"maximum":9},"c":{"enum":[1,"x",null]}},"additionalProperties":false},"pinned_message":"p","ttl_seconds":300,"retention_days":1,"max_messages":10,"max_writes_per_minute":100,"related_channels":["{channel}"]}"""),
        ("PATCH", "/v1/channels/{channel}", """{"description":"x","max_messages":100,"retention_days":7,"related_channels":[],"pinned_message":null,"paused":false,"discoverable":false,"metadata_schema":{}}"""),
        ("POST", "/v1/channels/{channel}/aliases", """{"alias":"alias-{name}"}"""),
        ("POST", "/v1/channels/{channel}/members", """{"key_id":"{key_id}"}"""),
        ("DELETE", "/v1/channels/{channel}/members/bck_nobody", null),
        ("POST", "/v1/channels/{channel}/invitations", "{}"),
        ("DELETE", "/v1/channel-invitations/nothing", null),
        ("POST", "/v1/channels/{channel}/access-requests", """{"reason":"please"}"""),
        ("POST", "/v1/channels/{doomed}/access-requests/{access}/approve", "{}"),
        ("POST", "/v1/channels/{doomed}/access-requests/{access}/deny", "{}"),
        ("POST", "/v1/channels/{channel}/messages", """{"content":"hello \u00e9 \ud83d\ude00","metadata":{"a":"aa","b":1.5e3,"c":[true,false,null,{"d":{}}]},"actor":"{actor}","actor_label":"l","mentions":["{actor}"]}"""),
        ("DELETE", "/v1/messages/{message}", null),
        ("POST", "/v1/messages/{message}/claim", """{"actor":"{name}","metadata":{"a":1}}"""),
        ("POST", "/v1/messages/{message}/claim-with-lease", """{"actor":"{name}","lease_seconds":30}"""),
        ("POST", "/v1/leases/{lease}/heartbeat", """{"lease_seconds":300}"""),
        ("POST", "/v1/messages/{claimed}/ack", """{"actor":"{name}","metadata":{"ok":true}}"""),
        ("POST", "/v1/messages/{message}/ack", """{"actor":"{name}","result":"done","lease_token":null}"""),
        ("POST", "/v1/messages/{claimed}/release", """{"actor":"{name}"}"""),
        ("POST", "/v1/actors", """{"name":"somebody","description":"d","metadata":{"a":1}}"""),
        ("POST", "/v1/actors/{actor}/aliases", """{"alias":"actor-{name}"}"""),
        ("POST", "/v1/actors/{actor}/webhook", """{"url":"http://[::1]:9/","secret":"s"}"""),
        ("DELETE", "/v1/actors/{actor}/webhook", null),
        ("POST", "/v1/sessions", """{"name":"s","state":{"a":{"b":[1,2,3]}}}"""),
        ("PATCH", "/v1/sessions/{session}", """{"state":{"a":2,"b":null}}"""),
        ("DELETE", "/v1/sessions/nothing", null),
        ("POST", "/v1/tasks/post", """{"channel":"lane","content":"c","metadata":{"a":1},"actor_label":"l"}"""),
        ("POST", "/v1/tasks/broadcast", """{"channel":"{channel}","content":"c"}"""),
        ("POST", "/v1/tasks/claim", """{"channel":"{channel}","actor":"{name}"}"""),
        ("POST", "/v1/tasks/subscribe", """{"channel":"{channel}","since":"2026-01-01T00:00:00Z","limit":5,"wait":0.01}"""),
        ("POST", "/v1/tasks/claim-and-ack", """{"message_id":"{message}","actor":"{name}"}"""),
        ("POST", "/v1/tasks/create-claimable-session", """{"name":"s","description":"d"}"""),
        ("POST", "/v1/tasks/post-with-result", """{"channel":"lane","content":"c"}"""),
        ("POST", "/v1/tasks/{message}/result", """{"content":"done","metadata":{}}"""),
    ];

    /// <summary>A valid request for a route picked by chance.</summary>
    public static HostileRequest Pick(Random random, HostileWorld world)
    {
        switch (random.Next(20))
        {
            case 0:
                return new HostileRequest("GET", Pages[random.Next(Pages.Length)], null, null);
            case 1:
                return random.Next(6) switch
                {
                    0 => new HostileRequest("POST", "/v1/keys", null, $$"""{"agent_label":"l-{{random.NextInt64():x}}"}"""),
                    1 => new HostileRequest("DELETE", "/v1/keys/me", world.DoomedKey, null),
                    2 => new HostileRequest("PUT", "/v1/keys/me/scopes", world.DoomedKey, """{"scopes":["messages:read","channels:write"]}"""),
                    3 => new HostileRequest("DELETE", $"/v1/channels/{world.DoomedChannel}", world.Key, null),
                    4 => new HostileRequest("POST", "/v1/admin/keys", HostileRequest.AdminToken, $$"""{"agent_label":"a-{{random.NextInt64():x}}"}"""),
                    _ => new HostileRequest("POST", $"/v1/admin/channels/{world.Channel}/resume", HostileRequest.AdminToken, null),
                };
            case < 8:
                return new HostileRequest("GET", Fill(KeyedReads[random.Next(KeyedReads.Length)], world), world.Key, null);
            default:
                var (method, target, body) = KeyedWrites[random.Next(KeyedWrites.Length)];
                return new HostileRequest(method, Fill(target, world), world.Key, body is null ? null : Fill(body, world));
        }
    }

    private static string Fill(string template, HostileWorld world) => template
        .Replace("{channel}", world.Channel, StringComparison.Ordinal)
        .Replace("{doomed}", world.DoomedChannel, StringComparison.Ordinal)
        .Replace("{message}", world.Message, StringComparison.Ordinal)
        .Replace("{claimed}", world.Claimed, StringComparison.Ordinal)
        .Replace("{lease}", world.LeaseToken, StringComparison.Ordinal)
        .Replace("{actor}", world.Actor, StringComparison.Ordinal)
        .Replace("{invitation}", world.Invitation, StringComparison.Ordinal)
        .Replace("{session}", world.Session, StringComparison.Ordinal)
        .Replace("{access}", world.AccessRequest, StringComparison.Ordinal)
        .Replace("{key_id}", world.KeyId, StringComparison.Ordinal)
        .Replace("{name}", world.Name, StringComparison.Ordinal);
}
