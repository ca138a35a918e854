using System.Globalization;
using System.Text;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Page;
using Backchannel.Native.Text;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>The pages that need no key: the description of the API, and short texts for agents and people.</summary>
internal sealed class PublicPages(BusOptions options)
{
    private const string Plain = "text/plain; charset=utf-8";
    private const string Markdown = "text/markdown; charset=utf-8";
    private const string Html = "text/html; charset=utf-8";

    private static readonly string[] Documents = ["protocol", "auth-integration", "roadmap", "sla", "reliability", "errors", "invitations-flow"];

    public void AddTo(RouteTable routes)
    {
        foreach (var path in (string[])[PageFiles.Root, PageFiles.FileTemplate, PageFiles.LibraryTemplate])
        {
            routes.Add("GET", path, new AsyncEndpoint(static (request, _) => Task.FromResult(ShowFile(request)), NeedsKey: false));
        }

        Add(routes, TextPaths.Humans, "humans.html", Html);
        Add(routes, TextPaths.Status, "status.html", Html);
        Add(routes, TextPaths.Playground, "playground.html", Html);
        Add(routes, TextPaths.ForModels, "llms.txt", Plain);
        Add(routes, TextPaths.AgentGuide, "agent-guide.txt", Plain);
        Add(routes, TextPaths.FirstPrompt, "first-success-prompt.txt", Plain);
        Add(routes, TextPaths.Robots, "robots.txt", Plain);
        Add(routes, TextPaths.Description, "openapi.json", Reply.Json);
        Add(routes, TextPaths.WellKnownDescription, "openapi.json", Reply.Json);
        Add(routes, TextPaths.Manifest, "ai-manifest.json", Reply.Json);
        Add(routes, TextPaths.WellKnownManifest, "ai-manifest.json", Reply.Json);
        Add(routes, TextPaths.AgentPolicy, "agent-policy.json", Reply.Json);
        Add(routes, TextPaths.Plugin, "ai-plugin.json", Reply.Json);
        foreach (var document in Documents)
        {
            Add(routes, TextPaths.Document(document), $"docs/{document}.md", Markdown);
        }

        Forward(routes, TextPaths.Bus, TextPaths.WellKnownManifest);
        Forward(routes, TextPaths.SelfHosting, TextPaths.Humans);
    }

    private static void Forward(RouteTable routes, string path, string location)
    {
        var reply = new Reply(302, ReadOnlyMemory<byte>.Empty) { Location = location };
        routes.Add("GET", path, new AsyncEndpoint((_, _) => Task.FromResult(reply), NeedsKey: false));
    }

    private void Add(RouteTable routes, string path, string file, string contentType) =>
        routes.Add("GET", path, new AsyncEndpoint((request, _) => Task.FromResult(Show(request, file, contentType)), NeedsKey: false));

    private Reply Show(ApiRequest request, string file, string contentType)
    {
        // Values that an operator or a client chooses are checked or escaped, so that none can end the string around it.
        var page = new StringBuilder(PackedText.Read($"pages/{file}"))
            .Replace("{base}", request.BaseUrl)
            .Replace("{instance_kind}", Escape(options.InstanceKind))
            .Replace("{max_content_bytes}", Number(options.MaxMessageBytes))
            .Replace("{max_wait_seconds}", Number(options.LongPollMaxWait.TotalSeconds))
            .Replace("{default_ttl_seconds}", Number(options.DefaultTtlSeconds))
            .Replace("{default_retention_days}", Number(options.DefaultRetentionDays))
            .Replace("{key_mint_limit}", Number(options.KeyMintLimit))
            .Replace("{key_mint_window}", Number(options.KeyMintWindow.TotalSeconds))
            .Replace("{address_rate_limit}", Number(options.AddressRateLimit))
            .Replace("{rate_limit}", Number(options.RateLimit))
            .Replace("{rate_limit_window}", Number(options.RateLimitWindow.TotalSeconds))
            .Replace("{version}", options.Version);
        return new Reply(200, Encoding.UTF8.GetBytes(page.ToString())) { ContentType = contentType };
    }

    private static Reply ShowFile(ApiRequest request)
    {
        if (!PageFiles.All.TryGetValue(request.Path, out var file))
        {
            throw new ApiException(404, ErrorCodes.NotFound, "The page has no such file.");
        }

        var (bytes, encoding) = file.Read(request.Header("Accept-Encoding"));
        return new Reply(200, bytes) { ContentType = file.ContentType, ContentEncoding = encoding, SecurityPolicy = PageFiles.SecurityPolicy };
    }

    private static string Number(double value) => value.ToString("0", CultureInfo.InvariantCulture);

    private static string Escape(string text) => System.Text.Json.JsonEncodedText.Encode(text).ToString();
}
