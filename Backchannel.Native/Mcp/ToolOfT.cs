using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Backchannel.Native.Mcp;

/// <summary>A tool whose arguments and result are records.</summary>
/// <param name="argumentsType">JSON of the arguments; <see cref="Tool.InputSchema"/> describes the same members.</param>
/// <param name="resultType">JSON of the result; null members are left out by its context.</param>
internal abstract class Tool<TArguments, TResult>(
    JsonTypeInfo<TArguments> argumentsType, JsonTypeInfo<TResult> resultType) : Tool
{
    public JsonTypeInfo<TArguments> ArgumentsType => argumentsType;

    public JsonTypeInfo<TResult> ResultType => resultType;

    public sealed override async Task<ReadOnlyMemory<byte>> CallAsync(
        JsonElement arguments, ToolCall call, CancellationToken cancellationToken)
    {
        var parsed = arguments.Deserialize(argumentsType)!;
        var result = await RunAsync(parsed, call, cancellationToken);
        return JsonSerializer.SerializeToUtf8Bytes(result, resultType);
    }

    protected abstract Task<TResult> RunAsync(TArguments arguments, ToolCall call, CancellationToken cancellationToken);
}
