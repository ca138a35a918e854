using System.Runtime.InteropServices;
using System.Text.Json;
using Backchannel.Native.JsonRpc;
using Backchannel.Native.Text;

namespace Backchannel.Native.Mcp.Tasks;

/// <summary>The tasks that one stream of notifications tells of: each as it stands at first, and at each change until it is over.</summary>
/// <param name="ids">As they were asked for.</param>
internal sealed class FollowedTasks(IReadOnlyList<string> ids, Func<RunningTasks> tasks)
{
    /// <summary>Most tasks of one stream.</summary>
    private const int Limit = 100;

    private List<(string Id, RunningTask Task)> found = [];

    /// <param name="notifications">A JSON object: what the stream is to tell of.</param>
    /// <returns>Null: it asks for no tasks.</returns>
    /// <exception cref="JsonRpcException">They are no list of ids, or the request does not declare the extension.</exception>
    public static FollowedTasks? Read(JsonMember notifications, RequestMeta meta, Func<RunningTasks> tasks)
    {
        var member = JsonMember.Find(notifications.Value, "taskIds");
        if (member.IsAbsentOrNull)
        {
            return null;
        }

        var ids = Read(member) ?? throw new JsonRpcException(JsonRpcErrorCode.InvalidParams, $"taskIds must be an array of at most {Limit} strings.");
        TasksExtension.Require(meta);
        return new(ids, tasks);
    }

    /// <summary>Finds the tasks. Ids of none are left out: the acknowledgement names those that are told of.</summary>
    /// <remarks>Each is listened to as soon as it is found: finding another may take longer than one that nobody listens to is waited for.</remarks>
    public async Task FindAsync(JsonRpcRequest request)
    {
        var all = ids.Select(id => TryFindAsync(id, request)).ToList();
        try
        {
            await Task.WhenAll(all);
        }
        finally
        {
            found = [.. all.Where(static one => one.IsCompletedSuccessfully).Select(static one => one.Result).OfType<(string, RunningTask)>()];
        }
    }

    /// <summary>Gives up what was found, in place of <see cref="TellAsync(JsonRpcRequest, CancellationToken)"/>.</summary>
    public void Leave() => found.ForEach(static followed => followed.Task.Unlisten());

    /// <summary>The member of the acknowledgement.</summary>
    public void WriteIds(Utf8JsonWriter json)
    {
        json.WriteStartArray("taskIds"u8);
        foreach (var (id, _) in found)
        {
            json.WriteStringValue(id);
        }

        json.WriteEndArray();
    }

    /// <summary>Tells of the tasks, and keeps them from being given up meanwhile.</summary>
    public Task TellAsync(JsonRpcRequest request, CancellationToken ending) =>
        Task.WhenAll(found.Select(followed => TellAsync(request, followed.Id, followed.Task, ending)));

    private static async Task TellAsync(JsonRpcRequest request, string id, RunningTask task, CancellationToken ending)
    {
        try
        {
            while (!ending.IsCancellationRequested)
            {
                // Asked for before the status, so that no change falls between the two.
                var changed = task.Changed;
                var status = task.Status;
                var isTold = request.Notify(
                    McpMethods.TaskChanged, json => TaskAnswer.WriteNotification(json, request.Id, id, task, status));
                if (status != TaskStatuses.Working)
                {
                    if (isTold)
                    {
                        task.Deliver();
                    }

                    return;
                }

                await changed.WaitAsync(ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            task.Unlisten();
        }
    }

    private async Task<(string, RunningTask)?> TryFindAsync(string id, JsonRpcRequest request)
    {
        try
        {
            return (id, await tasks().FindAsync(id, request, listens: true));
        }
        catch (JsonRpcException)
        {
            return null;
        }
    }

    private static List<string>? Read(JsonMember member)
    {
        if (member.Type is not JsonTokenType.StartArray)
        {
            return null;
        }

        List<string> ids = [];
        using var array = JsonDocument.Parse(member.Value.ToArray(), new JsonDocumentOptions { MaxDepth = JsonRpcMessage.MaxDepth });
        foreach (var item in array.RootElement.EnumerateArray())
        {
            if (item.ValueKind is not JsonValueKind.String || ids.Count == Limit)
            {
                return null;
            }

            // Half of a surrogate pair is no id, and cannot be read.
            if (!LoneSurrogates.AreIn(JsonMarshal.GetRawUtf8Value(item)))
            {
                ids.Add(item.GetString()!);
            }
        }

        return [.. ids.Distinct()];
    }
}
