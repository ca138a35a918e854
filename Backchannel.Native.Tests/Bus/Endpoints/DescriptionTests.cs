using System.Text.Json;
using System.Text.RegularExpressions;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Endpoints;

/// <summary><c>/openapi.json</c> against what is served.</summary>
public sealed partial class DescriptionTests
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    [Fact]
    public async Task The_description_names_what_is_served_and_nothing_else()
    {
        await using var bus = await TestBus.StartAsync();
        var described = Operations(await DocumentAsync(bus)).Select(operation => $"{operation.Method} {operation.Path}").ToList();
        var paths = WirePaths.All.Concat(described.Select(static operation => operation.Split(' ')[1])).Distinct().ToList();

        var served = new List<string>();
        foreach (var (path, method) in paths.SelectMany(path => Methods.Select(method => (path, method))))
        {
            if (await IsServedAsync(bus, method, Variable().Replace(path, "x")))
            {
                served.Add($"{method} {path}");
            }
        }

        Assert.Equal(served.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_reference_leads_somewhere()
    {
        await using var bus = await TestBus.StartAsync();
        var document = await DocumentAsync(bus);

        var references = Reference().Matches(document.GetRawText()).Select(match => match.Groups[1].Value).Distinct().ToList();

        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.True(Leads(document, reference), reference));
    }

    [Fact]
    public async Task Every_operation_says_which_credentials_it_asks_for()
    {
        await using var bus = await TestBus.StartAsync(options => options with { AdminToken = "t0ken" });
        var document = await DocumentAsync(bus);
        var standard = Schemes(document.GetProperty("security"));

        foreach (var (method, path, operation) in Operations(document))
        {
            var refusal = await new BusCaller(bus, "", "").SendAsync(method, Variable().Replace(path, "x"));
            var asked = refusal.Status != 401 ? "" : refusal.Text("error") == "admin_unauthorized" ? "AdminToken" : "ApiKey";

            Assert.Equal($"{method} {path}: {asked}", $"{method} {path}: {(operation.TryGetProperty("security", out var own) ? Schemes(own) : standard)}");
        }
    }

    [Fact]
    public async Task Every_operation_that_asks_for_credentials_says_how_it_refuses()
    {
        await using var bus = await TestBus.StartAsync();
        var document = await DocumentAsync(bus);

        foreach (var (method, path, operation) in Operations(document).Where(operation => operation.Path.StartsWith("/v1/", StringComparison.Ordinal)))
        {
            var refusals = operation.GetProperty("responses").EnumerateObject().Where(response => response.Name[0] is '4' or '5').ToList();

            Assert.True(refusals.Count > 0, $"{method} {path}");
            Assert.All(refusals, refusal => Assert.StartsWith("#/components/responses/", refusal.Value.Text("$ref"), StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("get", "/health", "X-Backchannel-Additions")]
    [InlineData("post", "/v1/messages/{message}/claim", "X-Backchannel-Deliveries")]
    [InlineData("post", "/v1/messages/{message}/claim-with-lease", "X-Backchannel-Deliveries")]
    [InlineData("post", "/v1/tasks/claim", "X-Backchannel-Deliveries")]
    [InlineData("post", "/v1/channels/{channel}/messages", "X-Idempotent-Replay")]
    public async Task The_headers_that_decide_something_are_described(string method, string path, string header)
    {
        await using var bus = await TestBus.StartAsync();
        var responses = (await DocumentAsync(bus)).GetProperty("paths").GetProperty(path).GetProperty(method).GetProperty("responses");

        var success = responses.EnumerateObject().First(response => response.Name[0] == '2').Value;

        Assert.True(success.TryGetProperty("headers", out var headers) && headers.Has(header));
    }

    /// <summary>A refusal of an endpoint is another one than that of the table of routes.</summary>
    private static async Task<bool> IsServedAsync(TestBus bus, string method, string path)
    {
        var reply = await new BusCaller(bus, "", "").SendAsync(method, path);
        return reply.Status != 404 || reply.Text("message") != "There is nothing at this path for this method.";
    }

    private static async Task<JsonElement> DocumentAsync(TestBus bus) => (await new BusCaller(bus, "", "").SendAsync("GET", "/openapi.json")).Json;

    private static IEnumerable<(string Method, string Path, JsonElement Operation)> Operations(JsonElement document) =>
        document.GetProperty("paths").EnumerateObject().SelectMany(
            path => path.Value.EnumerateObject().Select(operation => (operation.Name.ToUpperInvariant(), path.Name, operation.Value)));

    private static string Schemes(JsonElement security) =>
        string.Join(',', security.EnumerateArray().SelectMany(choice => choice.EnumerateObject()).Select(scheme => scheme.Name));

    private static bool Leads(JsonElement document, string reference)
    {
        foreach (var name in reference.Split('/'))
        {
            if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty(name, out document))
            {
                return false;
            }
        }

        return true;
    }

    [GeneratedRegex(@"\{[a-z_]+\}")]
    private static partial Regex Variable();

    [GeneratedRegex(@"""\$ref"": ?""#/([^""]+)""")]
    private static partial Regex Reference();
}
