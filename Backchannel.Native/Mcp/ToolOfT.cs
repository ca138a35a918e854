using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Backchannel.Native.Mcp;

/// <summary>A tool whose arguments and result are records.</summary>
/// <param name="argumentsType">JSON of the arguments; <see cref="Tool.InputSchema"/> describes the same members.</param>
/// <param name="resultType">JSON of the result; null members are left out by its context.</param>
/// <remarks>Both types are asked for at the first call: making twenty of them would be a fifth of a session's start.</remarks>
internal abstract class Tool<TArguments, TResult>(
    Func<JsonTypeInfo<TArguments>> argumentsType, Func<JsonTypeInfo<TResult>> resultType) : Tool
{
    private ArgumentRules? rules;

    public JsonTypeInfo<TArguments> ArgumentsType => argumentsType();

    public JsonTypeInfo<TResult> ResultType => resultType();

    public sealed override async Task<ReadOnlyMemory<byte>> CallAsync(
        JsonElement arguments, ToolCall call, CancellationToken cancellationToken)
    {
        // Made when first needed, so that a start pays for no schema; made twice, it does no harm.
        rules ??= new ArgumentRules(InputSchema, ExactParameters);
        var fitting = rules.Check(arguments);
        var result = JsonSerializer.SerializeToUtf8Bytes(await RunAsync(Read(fitting.Arguments), call, cancellationToken), ResultType);
        return fitting.Note is { } note ? NotedResult.Add(result, note) : result;
    }

    /// <summary>Parameters of which a number out of range is refused: the nearest allowed one would be another promise.</summary>
    protected virtual IReadOnlyCollection<string> ExactParameters => [];

    protected abstract Task<TResult> RunAsync(TArguments arguments, ToolCall call, CancellationToken cancellationToken);

    private TArguments Read(JsonElement arguments)
    {
        try
        {
            return arguments.Deserialize(ArgumentsType)!;
        }
        catch (JsonException fault)
        {
            // Fits the schema and still cannot be read: an integer beyond 64 bits, or nesting beyond the serializer's limit.
            var parameter = fault.Path?.TrimStart('$', '.') is { Length: > 0 } path ? $"parameter {Excerpt.Of(path)}" : "arguments";
            throw new ToolException($"The {parameter} cannot be read: too large, or nested too deeply. Send something smaller.", fault);
        }
    }
}
