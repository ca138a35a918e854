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
        Assert.Equal("""["delegate","worker","status"]""", report.RootElement.GetProperty("prompts").GetRawText());
        Assert.Contains("Channel: \"interop\"", report.RootElement.GetProperty("prompt").GetString(), StringComparison.Ordinal);
        Assert.Equal("""["interop"]""", report.RootElement.GetProperty("completion").GetRawText());
        Assert.Equal(-32602, report.RootElement.GetProperty("unknown").GetInt32());
        if (generation == "v2")
        {
            Assert.Equal("2026-07-28", report.RootElement.GetProperty("protocol").GetString());
        }
    }
    [NodeTheory]
    [InlineData("v1", 1)]
    [InlineData("v2", 2)]
    public async Task A_file_of_a_declared_root_is_sent_and_one_beside_it_is_not(string generation, int questions)
    {
        using var folder = new TemporaryFolder();
        var root = Directory.CreateDirectory(folder.File("my röot")).FullName;
        await File.WriteAllTextAsync(Path.Combine(root, "a.txt"), "hello");
        await File.WriteAllTextAsync(folder.File("beside.txt"), "hello");
        var project = await NodeProject.InstallAsync("typescript");

        var output = await project.RunAsync("node", ["roots.mjs", PublishedExecutable.Path, home.Path, generation, root, folder.File("beside.txt")]);

        using var report = JsonDocument.Parse(output);
        Assert.Equal("yes", report.RootElement.GetProperty("sent").GetString());
        Assert.True(report.RootElement.GetProperty("refused").GetBoolean());
        Assert.Equal(0, report.RootElement.GetProperty("askedAtStart").GetInt32());

        // A session keeps the answer; a stateless call brings its own.
        Assert.Equal(questions, report.RootElement.GetProperty("asked").GetInt32());
    }
}
