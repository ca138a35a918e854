using System.Text.Json.Serialization.Metadata;
using Backchannel.Native.Client;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Tools;

/// <summary>A tool that talks to the bus: gives it the call's trace, and turns what the bus refuses into text for the caller.</summary>
/// <param name="client">The bus.</param>
internal abstract class BackchannelTool<TArguments, TResult>(
    BackchannelClient client, Func<JsonTypeInfo<TArguments>> argumentsType, Func<JsonTypeInfo<TResult>> resultType)
    : Tool<TArguments, TResult>(argumentsType, resultType)
{
    protected sealed override IReadOnlyCollection<string> IdParameters => ["message_id", "message_ids", "reply_to", "depends_on"];

    protected sealed override async Task<TResult> RunAsync(
        TArguments arguments, ToolCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(arguments, client.WithTraceParent(call.TraceParent), call, cancellationToken);
        }
        catch (BackchannelException exception)
        {
            var advice = exception.IsUndecided ? AdviceAfterLostAnswer(arguments, call) : null;
            throw new ToolException(ErrorText.For(exception, advice), exception);
        }
    }

    /// <summary>What to do when nobody knows whether the bus has done it; null: what the code of the fault says.</summary>
    protected virtual string? AdviceAfterLostAnswer(TArguments arguments, ToolCall call) => null;

    /// <param name="bus">The bus, within the trace of this call.</param>
    protected abstract Task<TResult> RunAsync(
        TArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken);
}
