using System.Text.Json;

namespace Backchannel.Native.Tests.Interop;

/// <summary>The published file under the official conformance scenarios for the Tasks extension.</summary>
public sealed class ConformanceTests : IDisposable
{
    /// <summary>Checks that nothing of ours can pass, each with the reason.</summary>
    private static readonly Dictionary<string, string> NotOurs = new()
    {
        ["sep-2663-tasks-get-status-failed"] = "needs a tool with a bug",
        ["sep-2663-tasks-get-status-input-required"] = "needs a tool that asks during a task",
        ["tasks-mrtr-tasks-update-resumes"] = "needs a tool that asks during a task",
        ["tasks-mrtr-partial-fulfillment"] = "needs a tool that asks during a task",
        ["tasks-result-type-complete-on-non-task-responses"] = "needs a tool that asks during a task",
        ["tasks-headers-tolerate-mcp-method-on-tools-call"] = "wants the words of the fixture, and HTTP",
        ["sep-2663-server-returns-missing-capability-when-required"] = "needs a tool that runs as a task only",
        ["sep-2663-mrtr-synchronous-before-task-creation"] = "needs a tool that asks before its task",
    };

    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    // TASK-01 to TASK-10
    [NodeFact]
    public async Task Every_check_for_tasks_passes_that_our_tools_can_pass()
    {
        var project = await NodeProject.InstallAsync("conformance");

        var output = await project.RunAsync(
            Path.Combine(project.Folder, "node_modules", ".bin", "node"), ["scenarios.mjs", PublishedExecutable.Path, home.Path]);

        using var report = JsonDocument.Parse(output);
        var scenarios = report.RootElement.EnumerateObject().ToList();
        var failed = scenarios.SelectMany(static scenario => scenario.Value.GetProperty("failed").EnumerateArray()).Select(static check => check.GetString()!);
        Assert.Equal(10, scenarios.Count);
        Assert.Equal(NotOurs.Keys.Order(StringComparer.Ordinal), failed.Order(StringComparer.Ordinal));
        Assert.Equal(35, scenarios.Sum(static scenario => scenario.Value.GetProperty("passed").GetInt32()));
    }
}
