using System.Globalization;
using System.Text.Json;
using Backchannel.Native.JsonRpc;
using Backchannel.Native.Text;

namespace Backchannel.Native.Mcp.Tasks;

/// <summary>Tasks as the client sees them.</summary>
internal static class TaskAnswer
{
    /// <summary>The answer to a call that goes on as a task.</summary>
    public static ReadOnlyMemory<byte> Created(string id, RunningTask task, Implementation serverInfo) => ReadableJson.Write(json =>
    {
        json.WriteStartObject();
        Write(json, id, task, TaskStatuses.Working);
        ResultMeta.Write(json, serverInfo, type: "task");
        json.WriteEndObject();
    });

    /// <summary>The answer to <c>tasks/get</c>.</summary>
    /// <param name="status">The task's status, read once.</param>
    public static ReadOnlyMemory<byte> Whole(string id, RunningTask task, string status, Implementation serverInfo) => ReadableJson.Write(json =>
    {
        json.WriteStartObject();
        Write(json, id, task, status);
        WriteEnd(json, task, status);
        ResultMeta.Write(json, serverInfo);
        json.WriteEndObject();
    });

    /// <summary>The answer to a request that has nothing to tell.</summary>
    public static ReadOnlyMemory<byte> Empty(Implementation serverInfo) => ReadableJson.Write(json =>
    {
        json.WriteStartObject();
        ResultMeta.Write(json, serverInfo);
        json.WriteEndObject();
    });

    /// <summary>The params of a notification: the same as <see cref="Whole"/>.</summary>
    public static void WriteNotification(Utf8JsonWriter json, RequestId subscription, string id, RunningTask task, string status)
    {
        json.WriteStartObject();
        Write(json, id, task, status);
        WriteEnd(json, task, status);
        json.WriteStartObject(MetaKeys.Meta);
        json.WritePropertyName(MetaKeys.SubscriptionId);
        json.WriteRawValue(subscription.Token, skipInputValidation: true);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string id, RunningTask task, string status)
    {
        json.WriteString("taskId"u8, id);
        json.WriteString("status"u8, status);
        if (status == TaskStatuses.Working)
        {
            json.WriteString("statusMessage"u8, task.Wait.Status);
        }

        json.WriteString("createdAt"u8, Text(task.Ticket.CreatedAt));
        json.WriteString("lastUpdatedAt"u8, Text(task.UpdatedAt));
        json.WriteNumber("ttlMs"u8, (long)(task.Ticket.Until - task.Ticket.CreatedAt).TotalMilliseconds);
        json.WriteNumber("pollIntervalMs"u8, (long)TasksExtension.PollInterval.TotalMilliseconds);
    }

    private static void WriteEnd(Utf8JsonWriter json, RunningTask task, string status)
    {
        switch (status)
        {
            case TaskStatuses.Completed:
                json.WritePropertyName("result"u8);
                json.WriteRawValue(task.Work.Result.Span, skipInputValidation: true);
                break;
            case TaskStatuses.Failed:
                var bug = JsonRpcException.OfBug();
                json.WriteString("statusMessage"u8, "The tool failed: this is a bug of the server."u8);
                json.WriteStartObject("error"u8);
                json.WriteNumber("code"u8, bug.Code);
                json.WriteString("message"u8, bug.Message);
                json.WriteEndObject();
                break;
        }
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
