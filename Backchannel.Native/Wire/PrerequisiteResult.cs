using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>A task on which a claimed one depends, with what its worker reported.</summary>
/// <param name="Result">The message with the result; null: it reported none, it is gone, or another member says why it is absent.</param>
/// <param name="Withheld">True: the poster of the claimed task may not read it any more.</param>
/// <param name="LeftOut">True: too long for this answer; the result is read by the id of the task.</param>
/// <param name="State">Of one that was not acknowledged, one of <see cref="TaskStates"/>: the task was reopened without it.</param>
internal sealed record PrerequisiteResult(
    string Id,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Message? Result = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Withheld = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? LeftOut = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? State = null);
