using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Bus.Endpoints;

public sealed partial class PublicPagesTests
{
    [Fact]
    public async Task Everything_the_description_names_is_served()
    {
        await using var bus = await TestBus.StartAsync();
        var stranger = new BusCaller(bus, "", "");
        var missing = new List<string>();

        foreach (var (method, path) in Described(await stranger.SendAsync("GET", "/openapi.json")))
        {
            var known = path.Replace("/lib/{file}", "/lib/preact.LICENSE.txt", StringComparison.Ordinal).Replace("{file}", "icon.svg", StringComparison.Ordinal);
            var answer = await stranger.SendAsync(method, Variable().Replace(known, "x"));
            if (answer.Status == 404 && answer.Text("error") == ErrorCodes.NotFound)
            {
                missing.Add($"{method} {path}");
            }
        }

        Assert.Empty(missing);
    }

    [Fact]
    public async Task The_policy_promises_one_holder_at_a_time_and_no_more()
    {
        await using var bus = await TestBus.StartAsync();

        var policy = (await new BusCaller(bus, "", "").SendAsync("GET", "/.well-known/agent-policy.json")).Json;

        Assert.Equal(
            ["claim_guarantee", "instance_kind", "max_content_bytes", "message_ttl_hours", "rate_limit", "retry_guidance"],
            policy.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        Assert.Equal("one_holder_at_a_time", policy.GetProperty("claim_guarantee").GetString());
    }

    [Fact]
    public async Task Every_recorded_success_is_in_the_description()
    {
        await using var bus = await TestBus.StartAsync();
        var described = Described(await new BusCaller(bus, "", "").SendAsync("GET", "/openapi.json"))
            .Select(operation => (operation.Method, Pattern: new Regex($"^{Variable().Replace(operation.Path, "[^/]+")}$"))).ToList();

        var undescribed = Recorded().Where(request => !described.Exists(
            operation => operation.Method == request.Method && operation.Pattern.IsMatch(request.Path)));

        Assert.Empty(undescribed.Distinct());
    }

    [Fact]
    public async Task Every_schema_that_the_description_refers_to_is_in_it()
    {
        await using var bus = await TestBus.StartAsync();
        var body = (await new BusCaller(bus, "", "").SendAsync("GET", "/openapi.json")).Body;
        var components = JsonDocument.Parse(body).RootElement.GetProperty("components");

        var references = Reference().Matches(body).Select(match => (match.Groups[1].Value, match.Groups[2].Value)).Distinct().ToList();

        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.True(components.GetProperty(reference.Item1).TryGetProperty(reference.Item2, out _), reference.Item2));
    }

    [Fact]
    public async Task Every_error_code_has_its_section()
    {
        await using var bus = await TestBus.StartAsync();
        var page = (await new BusCaller(bus, "", "").SendAsync("GET", "/docs/errors.md")).Body;

        var codes = typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!);

        Assert.All(codes, code => Assert.Contains($"\n## {code.Replace('_', '-')}\n", page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_page_shows_a_placeholder()
    {
        await using var bus = await TestBus.StartAsync();
        var stranger = new BusCaller(bus, "", "");
        string[] pages =
        [
            "/", "/humans", "/status.html", "/docs/playground", "/llms.txt", "/agent-guide", "/first-success-prompt.txt",
            "/docs/reliability.md", "/docs/protocol.md", "/docs/auth-integration.md", "/docs/invitations-flow.md", "/docs/errors.md",
            "/.well-known/agent-policy.json", "/.well-known/ai-manifest.json", "/.well-known/ai-plugin.json",
        ];

        foreach (var page in pages)
        {
            var answer = await stranger.SendAsync("GET", page);

            Assert.Equal(200, answer.Status);
            Assert.DoesNotMatch(@"\{(base|version|instance_kind|max_[a-z_]+|rate_[a-z_]+|key_mint_[a-z]+|address_rate_limit|default_[a-z_]+)\}", answer.Body);
        }
    }

    [Fact]
    public async Task A_kind_with_quotes_stays_inside_its_string()
    {
        await using var bus = await TestBus.StartAsync(options => options with { InstanceKind = "a\"b" });

        var policy = await new BusCaller(bus, "", "").SendAsync("GET", "/.well-known/agent-policy.json");

        Assert.Equal("a\"b", policy.Text("instance_kind"));
    }

    private static List<(string Method, string Path)> Described(BusAnswer document) =>
        [.. document.Json.GetProperty("paths").EnumerateObject().SelectMany(
            path => path.Value.EnumerateObject().Select(operation => (operation.Name.ToUpperInvariant(), path.Name)))];

    private static IEnumerable<(string Method, string Path)> Recorded()
    {
        foreach (var scenario in WireScenarios.All)
        {
            using var steps = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(WireScenarios.Root, scenario + ".json")));
            foreach (var step in steps.RootElement.EnumerateArray())
            {
                if (step.TryGetProperty("request", out var request) && step.GetProperty("response").GetProperty("status").GetInt32() < 400
                    && request.GetProperty("method").GetString() is { } method and not "OPTIONS")
                {
                    yield return (method, request.GetProperty("path").GetString()!.Split('?')[0]);
                }
            }
        }
    }

    [GeneratedRegex(@"\{[a-z_]+\}")]
    private static partial Regex Variable();

    [GeneratedRegex("\"#/components/([a-z]+)/([A-Za-z]+)\"", RegexOptions.IgnoreCase)]
    private static partial Regex Reference();
}
