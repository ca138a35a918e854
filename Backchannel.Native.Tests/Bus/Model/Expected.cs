using System.Text.Json;
using System.Text.Json.Nodes;

namespace Backchannel.Native.Tests.Bus.Model;

/// <summary>What the model answers.</summary>
/// <param name="Body">
/// Gives the body, once the status was right; it takes the bus's body, because ids, tokens and times of creation are the bus's to choose.
/// The model changes with it. Null for no body.
/// </param>
internal sealed record Expected(int Status, Func<JsonElement, JsonNode?> Body)
{
    /// <summary>Stands for any string.</summary>
    public const string Any = "«any»";

    /// <summary>The very text of a kept answer.</summary>
    public string? Replay { get; init; }

    /// <summary>The answer to a repetition, which is told as one and made anew.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>What <c>X-Backchannel-Deliveries</c> says; a function, for it is known after the body only.</summary>
    public Func<int?> Deliveries { get; init; } = () => null;

    /// <summary>An answer in which the bus chooses nothing.</summary>
    public static Expected Of(int status, JsonNode? body) => new(status, _ => body);
}
