using Backchannel.Native.Cli.Config.Hooks;

namespace Backchannel.Native.Tests.Cli.Config.Hooks;

public sealed class HookLineTests
{
    [Theory]
    [InlineData("/usr/bin/backchannel-mcp", "Posix", "/usr/bin/backchannel-mcp hook codex")]
    [InlineData("/opt/tools with blank/backchannel-mcp", "Posix", "'/opt/tools with blank/backchannel-mcp' hook codex")]
    [InlineData("/opt/It's \"$HOME\"/backchannel-mcp", "Posix", """'/opt/It'\''s "$HOME"/backchannel-mcp' hook codex""")]
    [InlineData(@"C:\Tools\backchannel-mcp.exe", "Posix", @"'C:\Tools\backchannel-mcp.exe' hook codex")]
    [InlineData(@"C:\Tools\backchannel-mcp.exe", "PowerShell", @"C:\Tools\backchannel-mcp.exe hook codex")]
    [InlineData(@"C:\Program Files\It's\backchannel-mcp.exe", "PowerShell", @"& 'C:\Program Files\It''s\backchannel-mcp.exe' hook codex")]
    [InlineData(@"C:\Program Files\backchannel-mcp.exe", "Command", "\"C:\\Program Files\\backchannel-mcp.exe\" hook codex")]
    public void The_program_is_quoted_for_the_shell_and_found_again(string program, string shell, string line)
    {
        var call = new HookLine(program, "codex", Enum.Parse<HookShell>(shell));

        Assert.Equal(line, call.Line);
        Assert.Equal(program, call.ProgramIn(line));
        Assert.True(call.IsOurs(line));
    }

    [Theory]
    [InlineData("/old/backchannel-mcp hook codex", true)]
    [InlineData("'/old one/backchannel-mcp-1.2' hook codex", true)]
    [InlineData("/old/backchannel-mcp hook codex --wait", true)]
    [InlineData("/here/renamed hook codex", true)]
    [InlineData("/old/renamed hook codex", false)]
    [InlineData("/old/backchannel-mcp hook claude-code", false)]
    [InlineData("/old/backchannel-mcp hook codex-2", false)]
    [InlineData("echo; /old/backchannel-mcp hook codex", false)]
    [InlineData("nice /old/backchannel-mcp hook codex", false)]
    [InlineData("'/old'/backchannel-mcp' hook codex", false)]
    [InlineData("$HOME/backchannel-mcp hook codex", false)]
    [InlineData(" hook codex", false)]
    public void A_line_is_ours_only_in_the_form_in_which_it_is_written(string line, bool isOurs)
    {
        Assert.Equal(isOurs, new HookLine("/here/renamed", "codex", HookShell.Posix).IsOurs(line));
    }

    [UnixFact]
    public async Task A_shell_starts_the_program_whatever_its_path_holds()
    {
        using var home = new TemporaryHome();
        var folder = Directory.CreateDirectory(Path.Combine(home.Path, "It's a \"path\" with $HOME; \\ and `more`")).FullName;
        var program = Path.Combine(folder, "backchannel-mcp");
        await File.WriteAllTextAsync(program, "#!/bin/sh\nprintf '%s|' \"$@\"\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var run = await ProgramRun.RunAsync("sh", ["-c", new HookLine(program, "codex", HookShell.Posix).Line], new Dictionary<string, string?>());

        Assert.Equal("hook|codex|", run.Output);
    }
}
