using System.Diagnostics;
using System.Text.Json;
using Backchannel.Native.Tests.Support;

namespace Backchannel.Native.Tests.Documentation;

/// <summary>The shell lines of the README, run as they stand on the published file.</summary>
public sealed class ReadmeExampleTests : IDisposable
{
    private readonly TemporaryHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task The_handoff_from_a_shell_ends_with_the_result()
    {
        var lines = File.ReadLines(RepositoryRoot.Combine("README.md"))
            .Where(line => line.StartsWith("backchannel-mcp call ", StringComparison.Ordinal))
            .ToList();
        var messageId = "";
        JsonElement last = default;

        foreach (var line in lines)
        {
            last = await RunAsync(line.Replace("MESSAGE_ID", messageId, StringComparison.Ordinal));
            messageId = last.TryGetProperty("message_id", out var id) ? id.GetString()! : messageId;
        }

        Assert.Equal(4, lines.Count);
        Assert.Equal("Line 40: a length is not checked.", last.GetProperty("result").GetProperty("content").GetString());
    }

    private async Task<JsonElement> RunAsync(string line)
    {
        var command = $"'{PublishedExecutable.Path}'{line["backchannel-mcp".Length..]}";
        var start = new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HOME"] = _home.Path;
        start.Environment["BACKCHANNEL_BASE_URL"] = "local";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().Within();
        await process.WaitForExitAsync().Within();
        Assert.True(process.ExitCode == 0, $"{line}: {await errors}");
        using var document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }
}
