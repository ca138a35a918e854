using System.Text.Json;

namespace Backchannel.Native.Tests.Interop;

/// <summary>The published file under the MCP clients that most hosts are built on.</summary>
public sealed class TypeScriptClientTests : IDisposable
{
    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    [NodeTheory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task Two_sessions_hand_over_a_task(string generation)
    {
        var project = await NodeProject.InstallAsync("typescript");

        var output = await project.RunAsync("node", ["handoff.mjs", PublishedExecutable.Path, home.Path, generation]);

        using var report = JsonDocument.Parse(output);
        Assert.Equal(14, report.RootElement.GetProperty("tools").GetArrayLength());
        Assert.Equal("do it", report.RootElement.GetProperty("content").GetString());
        Assert.Equal("done", report.RootElement.GetProperty("result").GetString());
        Assert.True(report.RootElement.GetProperty("refused").GetBoolean());
        if (generation == "v2")
        {
            Assert.Equal("2026-07-28", report.RootElement.GetProperty("protocol").GetString());
        }
    }
}
