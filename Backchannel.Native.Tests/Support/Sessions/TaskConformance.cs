using System.Globalization;
using System.Text.Json;

namespace Backchannel.Native.Tests.Support.Sessions;

/// <summary>Checks what a server says of tasks against the text of the extension <c>io.modelcontextprotocol/tasks</c>.</summary>
internal static class TaskConformance
{
    private static readonly string[] Always = ["taskId", "status", "createdAt", "lastUpdatedAt", "ttlMs", "pollIntervalMs"];

    /// <summary>Whether it is an answer that only the extension knows.</summary>
    public static bool IsAbout(string method, JsonElement result) =>
        method is "tasks/get" or "tasks/update" or "tasks/cancel" || (method == "tools/call" && result.GetProperty("resultType").GetString() == "task");

    public static void Check(string method, JsonElement result)
    {
        var server = result.GetProperty("_meta").GetProperty("io.modelcontextprotocol/serverInfo");
        McpSchema.Of("2026-07-28").Check("Implementation", server.GetRawText());
        if (method == "tools/call")
        {
            // TASK-05
            Assert.Equal("working", result.GetProperty("status").GetString());
            CheckTask(result, "resultType", "_meta");
            return;
        }

        Assert.Equal("complete", result.GetProperty("resultType").GetString());
        if (method == "tasks/get")
        {
            CheckTask(result, "resultType", "_meta");
        }
        else
        {
            // TASK-07
            Assert.Equal(["resultType", "_meta"], result.EnumerateObject().Select(member => member.Name));
        }
    }

    // TASK-09
    public static void CheckNotification(JsonElement parameters)
    {
        Assert.Equal(["io.modelcontextprotocol/subscriptionId"], parameters.GetProperty("_meta").EnumerateObject().Select(member => member.Name));
        CheckTask(parameters, "_meta");
    }

    // TASK-05, TASK-06
    private static void CheckTask(JsonElement task, params string[] others)
    {
        string[] own = task.GetProperty("status").GetString() switch
        {
            "working" => ["statusMessage"],
            "completed" => ["result"],
            "failed" => ["statusMessage", "error"],
            "cancelled" => [],
            var other => throw new InvalidOperationException($"A task has no status {other}."),
        };
        var names = task.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal);
        Assert.Equal(Always.Concat(own).Concat(others).Order(StringComparer.Ordinal), names);
        var (created, updated) = (Read(task, "createdAt"), Read(task, "lastUpdatedAt"));
        Assert.InRange(updated, created, DateTimeOffset.MaxValue);
        Assert.InRange(task.GetProperty("ttlMs").GetInt64(), 1, long.MaxValue);
        Assert.InRange(task.GetProperty("pollIntervalMs").GetInt64(), 1, 5000);
        if (task.TryGetProperty("result", out var result))
        {
            McpSchema.Of("2026-07-28").Check("CallToolResult", result.GetRawText());
        }
    }

    private static DateTimeOffset Read(JsonElement task, string member) =>
        DateTimeOffset.ParseExact(task.GetProperty(member).GetString()!, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
