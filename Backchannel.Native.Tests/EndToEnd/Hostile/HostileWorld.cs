using System.Net.Http;
using System.Text;
using System.Text.Json;

namespace Backchannel.Native.Tests.EndToEnd.Hostile;

/// <summary>Things on a bus that requests can name: keys and what belongs to them.</summary>
/// <param name="Key">A key that may do everything with the rest.</param>
/// <param name="DoomedKey">A key for requests that take a key its rights.</param>
internal sealed record HostileWorld(
    string Key, string KeyId, string DoomedKey, string Channel, string DoomedChannel, string Message, string Claimed, string LeaseToken,
    string Actor, string Invitation, string Session, string AccessRequest, string Name)
{
    public static async Task<HostileWorld> CreateAsync(HttpClient http)
    {
        var name = $"w-{Guid.NewGuid():n}";
        var key = await SendAsync(http, null, "/v1/keys", $$"""{"agent_label":"{{name}}"}""");
        var doomed = await SendAsync(http, null, "/v1/keys", $$"""{"agent_label":"{{name}}-doomed"}""");
        var raw = Text(key, "key");
        var channel = await SendAsync(http, raw, "/v1/channels", $$"""{"name":"{{name}}","mode":"claimable"}""");
        var doomedChannel = await SendAsync(http, raw, "/v1/channels", $$"""{"name":"{{name}}-doomed","mode":"broadcast","access":"restricted"}""");
        var path = $"/v1/channels/{Text(channel, "id")}";
        var message = await SendAsync(http, raw, $"{path}/messages", """{"content":"one","metadata":{"a":[1,{"b":null}]}}""");
        var claimed = await SendAsync(http, raw, $"{path}/messages", """{"content":"two"}""");
        var claimedId = Text(claimed.GetProperty("message"), "id");
        var lease = await SendAsync(http, raw, $"/v1/messages/{claimedId}/claim-with-lease", """{"lease_seconds":3600}""");
        var actor = await SendAsync(http, raw, "/v1/actors", $$"""{"name":"{{name}}-actor"}""");
        var invitation = await SendAsync(http, raw, $"{path}/invitations", "{}");
        var session = await SendAsync(http, raw, "/v1/sessions", """{"name":"s","state":{"a":1}}""");
        var asked = await SendAsync(http, Text(doomed, "key"), $"/v1/channels/{Text(doomedChannel, "id")}/access-requests", "{}");
        return new HostileWorld(
            raw, Text(key, "key_id"), Text(doomed, "key"), Text(channel, "id"), Text(doomedChannel, "id"), Text(message.GetProperty("message"), "id"),
            claimedId, Text(lease, "lease_token"), Text(actor, "id"), Text(invitation, "id"), Text(session, "id"), Text(asked, "request_id"), name);
    }

    private static string Text(JsonElement element, string member) => element.GetProperty(member).GetString()!;

    private static async Task<JsonElement> SendAsync(HttpClient http, string? key, string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (key is not null)
        {
            request.Headers.Add("X-API-Key", key);
        }

        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"POST {path}: {(int)response.StatusCode} {text}");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
