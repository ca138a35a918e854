using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Mcp;

/// <summary>The roots of a session with a handshake: the client is asked when a tool needs them.</summary>
/// <param name="tellsChanges">Whether the client says when they change; the answer is kept only then.</param>
internal sealed class SessionRoots(bool tellsChanges) : IRootSource
{
    /// <summary>How long a client may take, which may ask its user first. Tool calls are given up by most clients after a minute.</summary>
    private const int LimitSeconds = 10;

    private readonly Lock gate = new();
    private Task<RootList>? asked;

    /// <summary>The client's answer, or why there is none. Calls at the same time share one question.</summary>
    public Task<RootList> ListAsync(JsonRpcRequest request, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (asked is null || (asked.IsCompleted && !(tellsChanges && asked is { IsCompletedSuccessfully: true, Result.Fault: null })))
            {
                // Not bound to this request, which may be cancelled while others wait for the same answer.
                asked = AskAsync(request.Outgoing);
            }

            return asked.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The roots have changed.</summary>
    public void Forget()
    {
        lock (gate)
        {
            asked = null;
        }
    }

    private static async Task<RootList> AskAsync(OutgoingRequests client)
    {
        var question = client.Send(McpMethods.ListRoots);
        try
        {
            await client.WaitAsync(question, TimeSpan.FromSeconds(LimitSeconds));
            return RootList.Read(question.Result.Span);
        }
        catch (TimeoutException)
        {
            client.Notify(McpMethods.Cancelled, json =>
            {
                json.WriteStartObject();
                json.WritePropertyName("requestId"u8);
                json.WriteRawValue(question.Id.Token, skipInputValidation: true);
                json.WriteEndObject();
            });
            return new([], $"did not answer roots/list within {LimitSeconds} seconds");
        }
        catch (OperationCanceledException)
        {
            return new([], "sends nothing more");
        }
        finally
        {
            client.Forget(question);
        }
    }
}
