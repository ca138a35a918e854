using System.Text.Json;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>A task on which a claimed one depends, as tools show it.</summary>
/// <param name="Content">The result that its worker reported.</param>
/// <param name="Note">Why there is no content.</param>
internal sealed record ShownPrerequisite(string MessageId, string? From = null, string? Content = null, JsonElement? Metadata = null, string? Note = null)
{
    /// <param name="maxBytes">Of JSON, for all of them.</param>
    /// <returns>Null for none.</returns>
    public static IReadOnlyList<ShownPrerequisite>? Of(IReadOnlyList<PrerequisiteResult>? prerequisites, int maxBytes)
    {
        if (prerequisites is not { Count: > 0 })
        {
            return null;
        }

        var left = maxBytes;
        var shown = new List<ShownPrerequisite>();
        foreach (var prerequisite in prerequisites)
        {
            var bytes = prerequisite.Result is { } result ? FittedMessage.SizeOf(result) : 0;
            shown.Add(bytes <= left ? Show(prerequisite) : TooLong(prerequisite.Id));
            left -= bytes <= left ? bytes : 0;
        }

        return shown;
    }

    private static ShownPrerequisite Show(PrerequisiteResult prerequisite) => prerequisite switch
    {
        { Result: { } result } => new(
            prerequisite.Id, ShownText.Name(result.Actor?.Name ?? result.ActorLabel), result.Content, result.ShownMetadata()),
        { LeftOut: true } => TooLong(prerequisite.Id),
        { Withheld: true } => new(prerequisite.Id, Note: "Withheld: whoever posted your task may not read it any more."),
        { State: { } state } => new(prerequisite.Id, Note: $"It {Ended(state)}: there is no result, and your task was reopened without it."),
        _ => new(prerequisite.Id, Note: "Done without a result, or the result is gone."),
    };

    private static string Ended(string state) => state switch
    {
        TaskStates.Failed => "failed",
        TaskStates.Cancelled => "was cancelled",
        TaskStates.Expired => "expired",
        _ => "is not done",
    };

    private static ShownPrerequisite TooLong(string id) => new(id, Note: "Too long for this answer: await_result with this message_id has it.");
}
