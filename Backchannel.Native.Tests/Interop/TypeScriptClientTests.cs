using System.Diagnostics;
using System.Text.Json;
using Backchannel.Native.Tests.Support;

namespace Backchannel.Native.Tests.Interop;

/// <summary>The published file under the MCP clients that most hosts are built on.</summary>
public sealed class TypeScriptClientTests : IDisposable
{
    private readonly TemporaryHome _home = new();

    public void Dispose() => _home.Dispose();

    [NodeTheory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task Two_sessions_hand_over_a_task(string generation)
    {
        var folder = await InstallAsync();

        var output = await RunAsync("node", ["handoff.mjs", PublishedExecutable.Path, _home.Path, generation], folder);

        using var report = JsonDocument.Parse(output);
        Assert.Equal(10, report.RootElement.GetProperty("tools").GetArrayLength());
        Assert.Equal("do it", report.RootElement.GetProperty("content").GetString());
        Assert.Equal("done", report.RootElement.GetProperty("result").GetString());
        Assert.True(report.RootElement.GetProperty("refused").GetBoolean());
        if (generation == "v2")
        {
            Assert.Equal("2026-07-28", report.RootElement.GetProperty("protocol").GetString());
        }
    }

    private static async Task<string> InstallAsync()
    {
        var folder = RepositoryRoot.Combine(".artifacts", "interop");
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(RepositoryRoot.Combine("Backchannel.Native.Tests", "Interop", "typescript")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        await RunAsync("npm", ["install", "--no-audit", "--no-fund", "--silent"], folder);
        return folder;
    }

    private static async Task<string> RunAsync(string program, string[] arguments, string folder)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(3)).Token);
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {await output}{await errors}");
    }
}
