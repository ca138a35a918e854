using System.Text.Json;

namespace Backchannel.Native.Mcp;

/// <summary>One tool as <c>tools/list</c> shows it and <c>tools/call</c> runs it.</summary>
internal abstract class Tool
{
    /// <summary>1 to 64 characters of <c>A-Z a-z 0-9 _ - .</c>, unique in the catalogue.</summary>
    public abstract string Name { get; }

    /// <summary>For people.</summary>
    public abstract string Title { get; }

    /// <summary>For a model: what the tool does, when to use it, and what to call next.</summary>
    public abstract string Description { get; }

    public abstract ToolAnnotations Annotations { get; }

    /// <summary>Whether a host that hides tools behind a search should offer this one without it.</summary>
    public virtual bool IsAlwaysOffered => false;

    /// <summary>Whether a call that has to wait may go on as a task: called again with the same arguments, it goes on where it was.</summary>
    public virtual bool CanBecomeTask => false;

    /// <summary>A JSON Schema document with <c>"type": "object"</c> at its root.</summary>
    public abstract ReadOnlySpan<byte> InputSchema { get; }

    /// <summary>A JSON Schema document with <c>"type": "object"</c> at its root, which every successful result fits.</summary>
    public abstract ReadOnlySpan<byte> OutputSchema { get; }

    /// <summary>Gives the sentence that a model has to hear whatever tool it calls next, and gives it once; null: there is none.</summary>
    public Func<string?> TakeNews { get; set; } = static () => null;

    /// <summary>Hears of each call; null: nobody does.</summary>
    public CallWatch? Watch { get; set; }

    /// <summary>Runs the tool.</summary>
    /// <param name="arguments">A JSON object; not yet checked.</param>
    /// <returns>The result as one compact JSON object in UTF-8.</returns>
    /// <exception cref="ToolException">The tool could not do it, or the arguments do not fit the schema.</exception>
    public abstract Task<ReadOnlyMemory<byte>> CallAsync(
        JsonElement arguments, ToolCall call, CancellationToken cancellationToken);
}
