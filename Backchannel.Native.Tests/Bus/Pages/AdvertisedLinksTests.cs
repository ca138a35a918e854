using System.Text.RegularExpressions;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Pages;

/// <summary>Whoever follows what the bus advertises never meets a 404.</summary>
public sealed partial class AdvertisedLinksTests
{
    /// <summary>Where a visitor starts: the front page, and the answers that are found without it.</summary>
    private static readonly string[] Starts =
    [
        "/", "/health", "/status", "/openapi.json", "/.well-known/openapi.json", "/ai-manifest.json", "/.well-known/ai-manifest.json",
        "/.well-known/backchannel.json", "/.well-known/agent-policy.json", "/.well-known/ai-plugin.json", "/llms.txt", "/robots.txt",
    ];

    [Fact]
    public async Task Every_link_of_every_page_and_answer_leads_somewhere()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "visitor");
        var found = new HashSet<string>(Starts);
        var queue = new Queue<(string Link, string From)>(Starts.Select(static start => (start, "the start")));
        Find("a refusal", await new BusCaller(bus, "", "").SendAsync("GET", "/v1/keys/me"));
        Find("an unknown path", await caller.SendAsync("GET", "/nothing/here"));
        Find("a task with a result", await caller.SendAsync("POST", "/v1/tasks/post-with-result", """{"channel":"jobs","content":"x"}"""));
        var dead = new List<string>();

        while (queue.TryDequeue(out var next))
        {
            var answer = await caller.SendAsync("GET", next.Link);
            if (IsNothing(answer) && IsNothing(await caller.SendAsync("POST", next.Link)))
            {
                dead.Add($"{next.Link}, from {next.From}");
            }

            Find(next.Link, answer);
        }

        Assert.Empty(dead);
        Assert.Contains("/docs/invitations-flow.md", found);
        Assert.Contains("/docs/errors.md", found);

        void Find(string from, BusAnswer answer)
        {
            var headers = string.Join('\n', answer.Headers.Where(static header => header.Key is "Link" or "Location")
                .Select(static header => $"href=\"{header.Value.Replace("<", "href=\"", StringComparison.Ordinal)}"));
            foreach (var link in Links(bus.BaseUrl, $"{answer.Body}\n{headers}"))
            {
                if (found.Add(link))
                {
                    queue.Enqueue((link, from));
                }
            }
        }
    }

    private static bool IsNothing(BusAnswer answer) => answer.Status == 404 && answer.Text("error") == "not_found";

    /// <summary>Addresses of the bus and paths that stand in links, without variables and curl lines: those are requests, which another test sends.</summary>
    private static IEnumerable<string> Links(string baseUrl, string text) =>
        Link().Matches(CurlLine().Replace(text, "").Replace(baseUrl, "BASE", StringComparison.Ordinal))
            .Select(static match => match.Groups["path"].Value.Split('#')[0].TrimEnd('.', ',', ')'))
            .Where(static path => path.Length > 0 && path.IndexOfAny(['{', '$', '?', '<']) < 0)
            .Distinct();

    [GeneratedRegex("^ *curl .*$", RegexOptions.Multiline)]
    private static partial Regex CurlLine();

    [GeneratedRegex("""(BASE|href="|\]\(|url": ?")(?<path>/(?!/)[^\s"'<>)`\\]*)""")]
    private static partial Regex Link();
}
