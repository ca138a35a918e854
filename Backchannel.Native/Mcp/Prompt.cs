namespace Backchannel.Native.Mcp;

/// <summary>One prompt as <c>prompts/list</c> shows it and <c>prompts/get</c> fills it in. Most hosts offer it to people as a slash command.</summary>
internal sealed record Prompt
{
    public required string Name { get; init; }

    /// <summary>For people.</summary>
    public required string Title { get; init; }

    /// <summary>For people: what it lets the model do.</summary>
    public required string Description { get; init; }

    public IReadOnlyList<PromptArgument> Arguments { get; init; } = [];

    /// <summary>Makes the text of its only message out of the arguments, which come in the order of <see cref="Arguments"/>.</summary>
    public required Func<IReadOnlyList<string>, string> Fill { get; init; }
}
