using System.Text.RegularExpressions;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Pages;

/// <summary>What the bus's own pages tell an agent to send is sent, and has to do what they say.</summary>
public sealed partial class PageExamplesTests
{
    private static readonly string[] WithExamples =
    [
        "/llms.txt", "/agent-guide", "/first-success-prompt.txt", "/docs/protocol.md", "/docs/reliability.md", "/docs/auth-integration.md",
        "/docs/invitations-flow.md", "/docs/errors.md", "/docs/playground",
    ];

    public static TheoryData<string> Pages => [.. WithExamples];

    [ProgramTheory("sh", "curl")]
    [MemberData(nameof(Pages))]
    public async Task Every_curl_line_of_a_page_works_from_top_to_bottom(string page)
    {
        await using var bus = await TestBus.StartAsync(options => options with { LongPollMaxWait = TimeSpan.FromSeconds(1) });
        var text = System.Net.WebUtility.HtmlDecode((await new BusCaller(bus, "", "").SendAsync("GET", page)).Body);
        var variables = new Dictionary<string, string?>();

        var examples = CurlExample.In(text);
        foreach (var example in examples)
        {
            await example.RunAsync(variables);
        }

        Assert.NotEmpty(examples);
    }

    [Fact]
    public async Task Every_request_that_a_page_names_is_served()
    {
        await using var bus = await TestBus.StartAsync();
        var stranger = new BusCaller(bus, "", "");
        var unserved = new List<string>();
        foreach (var page in WithExamples.Append("/humans"))
        {
            foreach (Match named in Request().Matches((await stranger.SendAsync("GET", page)).Body))
            {
                var (method, path) = (named.Groups["method"].Value, Variable().Replace(named.Groups["path"].Value, "x").TrimEnd('.', ','));
                var answer = await stranger.SendAsync(method, path);
                if (answer.Status == 404 && answer.Text("error") == "not_found")
                {
                    unserved.Add($"{page}: {named.Value}");
                }
            }
        }

        Assert.Empty(unserved);
    }

    [GeneratedRegex(@"\b(?<method>GET|POST|PUT|PATCH|DELETE) (?<path>/[A-Za-z0-9_./{}-]+)")]
    private static partial Regex Request();

    [GeneratedRegex(@"\{[a-z_]+\}")]
    private static partial Regex Variable();
}
