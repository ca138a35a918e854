using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Backchannel.Native.Mcp.Tasks;
using Backchannel.Native.Text;

namespace Backchannel.Native.Mcp;

/// <summary>A tool whose arguments and result are records.</summary>
/// <param name="argumentsType">JSON of the arguments; <see cref="Tool.InputSchema"/> describes the same members.</param>
/// <param name="resultType">JSON of the result; null members are left out by its context.</param>
/// <remarks>Both are made at the first call: making them for all tools would take a fifth of a session's start.</remarks>
internal abstract class Tool<TArguments, TResult>(
    Func<JsonTypeInfo<TArguments>> argumentsType, Func<JsonTypeInfo<TResult>> resultType) : Tool
{
    private ArgumentRules? rules;
    private ArgumentRules? rulesInTask;

    public JsonTypeInfo<TArguments> ArgumentsType => argumentsType();

    public JsonTypeInfo<TResult> ResultType => resultType();

    public sealed override async Task<ReadOnlyMemory<byte>> CallAsync(
        JsonElement arguments, ToolCall call, CancellationToken cancellationToken)
    {
        // Made at the first call, so that the start of a session reads no schema. Two threads may both make it: the results are equal.
        var fitting = (call.Task is null ? rules ??= MakeRules(null) : rulesInTask ??= MakeRules(LongestInTask)).Check(arguments);
        var watching = Watch?.Invoke(Name, fitting.Arguments, call.ThreadId);
        ReadOnlyMemory<byte> seen = default;
        try
        {
            var result = ReadableJson.Write(await RunAsync(Read(fitting.Arguments), call, cancellationToken), ResultType);
            seen = result;
            var notes = string.Join(' ', ((string?[])[fitting.Note, TakeNews()]).OfType<string>());
            return notes.Length > 0 ? NotedResult.Add(result, notes) : result;
        }
        catch (ToolException failure) when (TakeNews() is { } news)
        {
            throw new ToolException($"{failure.Message}\n{news}", failure.InnerException);
        }
        finally
        {
            if (watching is not null && call.Task is { } task)
            {
                _ = HearAsync(watching, task, seen);
            }
            else
            {
                watching?.Invoke(seen);
            }
        }
    }

    /// <summary>Parameters whose numbers are refused when they are out of range, because the nearest allowed one would promise something else.</summary>
    protected virtual IReadOnlyCollection<string> ExactParameters => [];

    /// <summary>Parameters that are ids, or lists of ids.</summary>
    protected virtual IReadOnlyCollection<string> IdParameters => [];

    /// <summary>The parameter that limits a wait, and the longest wait of a call that goes on as a task; null: what the schema says.</summary>
    /// <remarks>The limit of the schema is there because clients give up on a call that takes longer.</remarks>
    protected virtual (string Parameter, int Seconds)? LongestInTask => null;

    protected abstract Task<TResult> RunAsync(TArguments arguments, ToolCall call, CancellationToken cancellationToken);

    /// <summary>What goes on as a task was heard once its result has reached the client.</summary>
    private static async Task HearAsync(Action<ReadOnlyMemory<byte>> watching, TaskWait task, ReadOnlyMemory<byte> seen) =>
        watching(await task.IsDelivered ? seen : default);

    private ArgumentRules MakeRules((string Parameter, int Seconds)? longest)
    {
        var made = new ArgumentRules(InputSchema, ExactParameters) { Ids = IdParameters };
        if (longest is var (parameter, seconds))
        {
            made.Raise(parameter, seconds);
        }

        return made;
    }

    private TArguments Read(JsonElement arguments)
    {
        try
        {
            return arguments.Deserialize(ArgumentsType)!;
        }
        catch (JsonException fault)
        {
            // The schema allows it, but it cannot be read: an integer beyond 64 bits, or nesting beyond the serializer's limit.
            var parameter = fault.Path?.TrimStart('$', '.') is { Length: > 0 } path ? $"parameter {Excerpt.Of(path)}" : "arguments";
            throw new ToolException($"The {parameter} cannot be read: too large, or nested too deeply. Send something smaller.", fault);
        }
    }
}
