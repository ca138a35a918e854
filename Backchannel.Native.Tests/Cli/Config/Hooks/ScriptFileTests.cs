using Backchannel.Native.Cli.Config.Hooks;

namespace Backchannel.Native.Tests.Cli.Config.Hooks;

public sealed class ScriptFileTests
{
    private static readonly HookLine Call = new("/It's \"here\"/back\\slash", "opencode", HookShell.Posix);

    private static readonly WakingFile Plugin = ClientWaking.Opencode.Files[0];

    private static readonly WakingFile Extension = ClientWaking.CopilotCli.Files[1];

    [Fact]
    public void The_script_names_the_program_and_is_recognized_again()
    {
        var text = Plugin.Add("", Call);

        Assert.Contains("""const program = "/It's \"here\"/back\\slash" """.TrimEnd(), text, StringComparison.Ordinal);
        Assert.Contains("const client = \"opencode\"", text, StringComparison.Ordinal);
        Assert.Equal(Call.Program, Plugin.ProgramIn(text, Call));
        Assert.Equal(text, Plugin.Add(text, Call));
        Assert.Equal("", Plugin.Remove(text, Call));
        Assert.NotEqual(text, Plugin.Add(text, Call with { Program = "/elsewhere" }));
    }

    [Theory]
    [InlineData("export const Mine = 1\n", "did not write it")]
    [InlineData(null, "was changed since")]
    public void A_script_that_somebody_else_wrote_or_changed_is_not_touched(string? text, string reason)
    {
        text ??= Plugin.Add("", Call) + "// mine\n";

        Assert.Contains(reason, Assert.Throws<FormatException>(() => Plugin.Add(text, Call)).Message, StringComparison.Ordinal);
        Assert.Contains(reason, Assert.Throws<FormatException>(() => Plugin.Remove(text, Call)).Message, StringComparison.Ordinal);
        Assert.Null(Plugin.ProgramIn(text, Call));
        Assert.False(Plugin.IsNothing(text));
    }

    [ProgramFact("node")]
    public async Task Both_scripts_are_modules_that_can_be_read()
    {
        using var home = new TemporaryHome();
        foreach (var file in (WakingFile[])[Plugin, Extension])
        {
            var path = Path.Combine(home.Path, "script.mjs");
            await File.WriteAllTextAsync(path, file.Add("", Call));

            var run = await ProgramRun.RunAsync("node", ["--check", path], new Dictionary<string, string?>());

            Assert.True(run.ExitCode == 0, run.Errors);
        }
    }
}
