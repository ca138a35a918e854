using System.Text.Json.Serialization;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Client;

/// <summary>How answers are read: a member that the contract promises must be there and not null.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = MaxDepth)]
[JsonSerializable(typeof(AccessRequestOutcome))]
[JsonSerializable(typeof(Channel))]
[JsonSerializable(typeof(ChannelMetrics))]
[JsonSerializable(typeof(ClaimOutcome))]
[JsonSerializable(typeof(ClaimedNext))]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(IssuedKey))]
[JsonSerializable(typeof(KeyIdentity))]
[JsonSerializable(typeof(LaneList))]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(LeasedMessage))]
[JsonSerializable(typeof(LifeOutcome))]
[JsonSerializable(typeof(LiveChanges))]
[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(MessageState))]
[JsonSerializable(typeof(NoteOutcome))]
[JsonSerializable(typeof(OwnTasks))]
[JsonSerializable(typeof(PostedMessage))]
[JsonSerializable(typeof(PostedToLane))]
[JsonSerializable(typeof(StatusAnswer))]
[JsonSerializable(typeof(TaskChanges))]
[JsonSerializable(typeof(UploadedFile))]
[JsonSerializable(typeof(WorkerList))]
[JsonSerializable(typeof(Page<ChannelSummary>), TypeInfoPropertyName = "ChannelPage")]
[JsonSerializable(typeof(Page<Message>), TypeInfoPropertyName = "MessagePage")]
[JsonSerializable(typeof(Page<TaskRow>), TypeInfoPropertyName = "TaskRowPage")]
internal sealed partial class AnswerJson : JsonSerializerContext
{
    /// <summary>The reference bus takes metadata about a thousand levels deep; one such message must not make a page unreadable.</summary>
    public const int MaxDepth = 1100;
}
