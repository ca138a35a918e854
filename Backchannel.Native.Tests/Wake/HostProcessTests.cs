using System.Diagnostics;
using Backchannel.Native.Wake;

namespace Backchannel.Native.Tests.Wake;

public sealed class HostProcessTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [LinuxTheory]
    [InlineData("qwen-code", "qwen", "-p")]
    [InlineData("qwen-code", "node", "--prompt=hello")]
    [InlineData("gemini-cli", "gemini", "-p")]
    [InlineData("codex", "codex", "exec")]
    [InlineData("opencode", "opencode", "run")]
    [InlineData("copilot-cli", "copilot", "--prompt")]
    public void A_run_that_answers_one_prompt_is_told_from_a_session_by_its_command_line(string host, string name, string option)
    {
        Assert.Equal((true, true), See(host, name, option));
        Assert.Equal((true, false), See(host, name, "--yolo"));
        Assert.Equal((false, false), See(host, "bash", option));
    }

    [Theory]
    [InlineData("CLAUDE_CODE_ENTRYPOINT", "sdk-py", true)]
    [InlineData("CLAUDE_CODE_ENTRYPOINT", "sdk-ts", true)]
    [InlineData("CLAUDE_CODE_ENTRYPOINT", "cli", false)]
    [InlineData("CLAUDE_CODE_SESSION_ATTENDED", "0", true)]
    [InlineData("CLAUDE_CODE_SESSION_ATTENDED", "1", false)]
    public void A_run_of_Claude_Code_says_itself_that_nobody_sits_before_it(string variable, string value, bool isHeadless) =>
        Assert.Equal(isHeadless, HostProcess.IsHeadless(WakeHosts.ClaudeCode, name => name == variable ? value : null, 0));

    /// <summary>Looks at a process that only has the command line of a host.</summary>
    private (bool IsHost, bool IsHeadless) See(string host, string name, string option)
    {
        var script = folder.File($"{(name == "node" ? host : "script")}.js");
        File.WriteAllText(script, "echo; read line");
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", "exec -a \"$0\" sh \"$@\"", name, script, option])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        process.StandardOutput.ReadLine();
        var seen = (HostProcess.Is(host, process.Id), HostProcess.IsHeadless(host, static _ => null, process.Id));
        process.StandardInput.Close();
        process.WaitForExit();
        return seen;
    }
}
