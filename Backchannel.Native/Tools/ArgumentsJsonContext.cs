using System.Text.Json.Serialization;

namespace Backchannel.Native.Tools;

/// <summary>JSON of the tools' arguments: read, never written.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AckTaskArguments))]
[JsonSerializable(typeof(AwaitResultArguments))]
[JsonSerializable(typeof(BroadcastArguments))]
[JsonSerializable(typeof(CancelTaskArguments))]
[JsonSerializable(typeof(ClaimTaskArguments))]
[JsonSerializable(typeof(FailTaskArguments))]
[JsonSerializable(typeof(IssueKeyArguments))]
[JsonSerializable(typeof(ListChannelsArguments))]
[JsonSerializable(typeof(MyTasksArguments))]
[JsonSerializable(typeof(PostTaskArguments))]
[JsonSerializable(typeof(ReleaseTaskArguments))]
[JsonSerializable(typeof(RequestAccessArguments))]
[JsonSerializable(typeof(SubscribeArguments))]
[JsonSerializable(typeof(UpdateTaskArguments))]
internal sealed partial class ArgumentsJsonContext : JsonSerializerContext;
