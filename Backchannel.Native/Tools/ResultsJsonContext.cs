using System.Text.Json;
using System.Text.Json.Serialization;

namespace Backchannel.Native.Tools;

/// <summary>JSON of the tools' results: written, never read, so that nothing is compiled which reads them. Null members are left out.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Serialization,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AckTaskResult))]
[JsonSerializable(typeof(AwaitResultResult))]
[JsonSerializable(typeof(ChangedTaskResult))]
[JsonSerializable(typeof(ClaimTaskResult))]
[JsonSerializable(typeof(IReadOnlyList<ShownPrerequisite>))]
[JsonSerializable(typeof(IssueKeyResult))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(ListChannelsResult))]
[JsonSerializable(typeof(ListedChannel))]
[JsonSerializable(typeof(MyTasksResult))]
[JsonSerializable(typeof(PostResult))]
[JsonSerializable(typeof(ReceivedFile))]
[JsonSerializable(typeof(RequestAccessResult))]
[JsonSerializable(typeof(ShownMessage))]
[JsonSerializable(typeof(ShownNote))]
[JsonSerializable(typeof(SubscribeResult))]
[JsonSerializable(typeof(UpdateTaskResult))]
internal sealed partial class ResultsJsonContext : JsonSerializerContext;
