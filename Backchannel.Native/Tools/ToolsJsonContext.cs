using System.Text.Json;
using System.Text.Json.Serialization;
using Backchannel.Native.Text;

namespace Backchannel.Native.Tools;

/// <summary>JSON of the tools' arguments and results: snake case, null members left out.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(AckTaskArguments))]
[JsonSerializable(typeof(AckTaskResult))]
[JsonSerializable(typeof(AwaitResultArguments))]
[JsonSerializable(typeof(AwaitResultResult))]
[JsonSerializable(typeof(BroadcastArguments))]
[JsonSerializable(typeof(CancelTaskArguments))]
[JsonSerializable(typeof(CancelTaskResult))]
[JsonSerializable(typeof(ClaimTaskArguments))]
[JsonSerializable(typeof(ClaimTaskResult))]
[JsonSerializable(typeof(FailTaskArguments))]
[JsonSerializable(typeof(FailTaskResult))]
[JsonSerializable(typeof(IReadOnlyList<ShownPrerequisite>))]
[JsonSerializable(typeof(IssueKeyArguments))]
[JsonSerializable(typeof(IssueKeyResult))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(ListChannelsArguments))]
[JsonSerializable(typeof(ListChannelsResult))]
[JsonSerializable(typeof(ListedChannel))]
[JsonSerializable(typeof(MyTasksArguments))]
[JsonSerializable(typeof(MyTasksResult))]
[JsonSerializable(typeof(PostTaskArguments))]
[JsonSerializable(typeof(PostResult))]
[JsonSerializable(typeof(ReceivedFile))]
[JsonSerializable(typeof(ReleaseTaskArguments))]
[JsonSerializable(typeof(ReleaseTaskResult))]
[JsonSerializable(typeof(RequestAccessArguments))]
[JsonSerializable(typeof(RequestAccessResult))]
[JsonSerializable(typeof(ShownMessage))]
[JsonSerializable(typeof(SubscribeArguments))]
[JsonSerializable(typeof(SubscribeResult))]
[JsonSerializable(typeof(UpdateTaskArguments))]
[JsonSerializable(typeof(UpdateTaskResult))]
internal sealed partial class ToolsJsonContext : JsonSerializerContext
{
    /// <summary>The one to use. Text outside ASCII stays as it is: escaped, a model would pay several times for each character.</summary>
    /// <remarks>An encoder cannot be named in an attribute, so all options are stated here.</remarks>
    public static ToolsJsonContext Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Encoder = ReadableJson.Encoder,
    });
}
