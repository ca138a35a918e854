using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Backchannel.Native.Tests.Support.Buses;

/// <summary>Calls a bus with one key, as any HTTP client would.</summary>
internal sealed class BusCaller(HttpClient http, string key, string keyId)
{
    public BusCaller(TestBus bus, string key, string keyId)
        : this(bus.Http, key, keyId)
    {
    }

    public string Key { get; } = key;

    public string KeyId { get; } = keyId;

    /// <summary>Mints a key.</summary>
    public static Task<BusCaller> MintAsync(TestBus bus, string label) => MintAsync(bus.Http, label);

    /// <summary>Mints a key.</summary>
    /// <param name="http">Its base address is the bus.</param>
    public static async Task<BusCaller> MintAsync(HttpClient http, string label)
    {
        var minted = await new BusCaller(http, "", "").SendAsync("POST", "/v1/keys", $$"""{"agent_label":"{{label}}"}""");
        return new BusCaller(http, minted.Json.GetProperty("key").GetString()!, minted.Json.GetProperty("key_id").GetString()!);
    }

    public async Task<BusAnswer> SendAsync(
        string method, string path, string? body = null, string? idempotencyKey = null, IEnumerable<KeyValuePair<string, string>>? headers = null,
        CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), http.BaseAddress!.OriginalString + path);
        if (Key.Length > 0)
        {
            request.Headers.Add("X-API-Key", Key);
        }

        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        foreach (var (name, value) in headers ?? [])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        }

        using var response = await http.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        var received = response.Headers.ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new BusAnswer((int)response.StatusCode, text) { Headers = received };
    }

    /// <summary>Sends a body of bytes.</summary>
    public async Task<BusAnswer> PutAsync(string path, HttpContent content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, http.BaseAddress!.OriginalString + path) { Content = content };
        request.Headers.Add("X-API-Key", Key);
        using var response = await http.SendAsync(request);
        var received = response.Headers.ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new BusAnswer((int)response.StatusCode, await response.Content.ReadAsStringAsync()) { Headers = received };
    }

    /// <summary>Uploads a file.</summary>
    /// <returns>What a message says of it, as JSON.</returns>
    public async Task<string> UploadAsync(byte[] content, string name = "a.txt")
    {
        var uploaded = await PutAsync("/v1/files", new ByteArrayContent(content));
        Assert.Equal(201, uploaded.Status);
        return $$"""{"name":"{{name}}","bytes":{{uploaded.Json.GetProperty("bytes").GetInt64()}},"sha256":"{{uploaded.Text("sha256")}}"}""";
    }

    /// <summary>Posts a task that names files.</summary>
    /// <param name="files">What <see cref="UploadAsync"/> gives.</param>
    public Task<BusAnswer> PostWithFilesAsync(string channel, params string[] files) =>
        SendAsync("POST", $"/v1/channels/{channel}/tasks", $$"""{"content":"look","files":[{{string.Join(',', files)}}]}""", Guid.NewGuid().ToString());

    public async Task<(int Status, byte[] Content)> DownloadAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, http.BaseAddress!.OriginalString + path);
        request.Headers.Add("X-API-Key", Key);
        using var response = await http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync());
    }

    /// <summary>Creates a channel.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> CreateAsync(string name, string mode = "claimable") =>
        (await SendAsync("POST", "/v1/channels", $$"""{"name":"{{name}}","mode":"{{mode}}"}""", Guid.NewGuid().ToString())).Text("id");

    /// <summary>Posts a message.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> PostAsync(string channel, string content)
    {
        var posted = await SendAsync("POST", $"/v1/channels/{channel}/messages", $$"""{"content":"{{content}}"}""", Guid.NewGuid().ToString());
        return posted.Status is 200 or 201
            ? posted.Json.GetProperty("message").Text("id")
            : throw new InvalidOperationException($"The bus did not take the message: {posted.Status} {posted.Body}");
    }
}

/// <summary>A status and what came with it.</summary>
internal sealed record BusAnswer(int Status, string Body)
{
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public string Text(string member) => Json.GetProperty(member).GetString()!;
}
