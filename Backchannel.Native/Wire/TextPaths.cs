namespace Backchannel.Native.Wire;

/// <summary>Paths of the texts that a bus shows to everybody, without a key: its descriptions for agents, and its documentation for people.</summary>
internal static class TextPaths
{
    public const string Humans = "/humans";
    public const string Status = "/status.html";
    public const string Robots = "/robots.txt";

    public const string ForModels = "/llms.txt";
    public const string AgentGuide = "/agent-guide";
    public const string FirstPrompt = "/first-success-prompt.txt";

    public const string Description = "/openapi.json";
    public const string Manifest = "/ai-manifest.json";
    public const string WellKnownDescription = WellKnown + Description;
    public const string WellKnownManifest = WellKnown + Manifest;
    public const string AgentPolicy = WellKnown + "/agent-policy.json";
    public const string Plugin = WellKnown + "/ai-plugin.json";
    public const string Bus = WellKnown + "/backchannel.json";

    /// <summary>The folder of the documentation.</summary>
    public const string Documents = "/docs/";
    public const string Playground = Documents + "playground";

    /// <summary>What the bus promises, and what to do after a fault.</summary>
    public const string Reliability = Documents + "reliability.md";

    /// <summary>All codes of errors, each with a heading.</summary>
    public const string Errors = Documents + "errors.md";

    /// <summary>The page about hosting a bus that <c>/status</c> links to; the contract sets the path.</summary>
    public const string SelfHosting = "/repo/blob/main/SELF-HOST.md";

    private const string WellKnown = "/.well-known";

    /// <summary>A file of the documentation.</summary>
    /// <param name="name">Without folder and ending.</param>
    public static string Document(string name) => $"{Documents}{name}.md";
}
