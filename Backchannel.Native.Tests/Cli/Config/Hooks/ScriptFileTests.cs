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

    [ProgramFact("node", "sh")]
    public async Task The_plugin_tells_the_session_of_the_user_and_says_when_the_user_writes()
    {
        using var home = new TemporaryHome();
        var program = Path.Combine(home.Path, "backchannel-mcp");
        await File.WriteAllTextAsync(program, "#!/bin/sh\necho \"$@\"\nwhile read -r line; do echo 'the user wrote'; done\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(Path.Combine(home.Path, "plugin.mjs"), Plugin.Add("", Call with { Program = program }));
        await File.WriteAllTextAsync(
            Path.Combine(home.Path, "host.mjs"),
            """
            import { Backchannel } from "./plugin.mjs"

            const told = []
            const session = {
              get: async ({ path }) => ({ data: path.id === "child" ? { parentID: "root" } : {} }),
              promptAsync: async ({ path, body }) => {
                told.push(`${path.id}: ${body.parts[0].text}`)
                // The host calls this for what a plugin sends, too.
                await plugin["chat.message"]({ sessionID: path.id }, { parts: body.parts })
                if (told.length === 1) await plugin["chat.message"]({ sessionID: "root" }, { parts: [{ type: "text", text: "hello" }] })
                if (told.length === 2) { console.log(told.join("|")); clearInterval(open) }
              },
            }
            const plugin = await Backchannel({ client: { session } })
            for (const sessionID of ["root", "child"]) await plugin.event({ event: { type: "session.idle", properties: { sessionID } } })
            // Once nothing of its own is open, the host ends: its plugin does not hold it.
            const open = setInterval(() => {}, 1000)
            """);

        var run = await ProgramRun.RunAsync("node", [Path.Combine(home.Path, "host.mjs")]);

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Equal("root: hook opencode --wait|root: the user wrote", run.Output.Trim());
    }

    [ProgramFact("node", "sh")]
    public async Task A_host_that_ends_after_its_turn_is_not_held_by_the_plugin_and_no_process_is_started()
    {
        using var home = new TemporaryHome();
        var program = Path.Combine(home.Path, "backchannel-mcp");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\ntouch {Path.Combine(home.Path, "started")}\ncat > /dev/null\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(Path.Combine(home.Path, "plugin.mjs"), Plugin.Add("", Call with { Program = program }));
        await File.WriteAllTextAsync(
            Path.Combine(home.Path, "host.mjs"),
            """
            import { Backchannel } from "./plugin.mjs"

            const plugin = await Backchannel({ client: { session: { get: async () => ({ data: {} }) } } })
            await plugin.event({ event: { type: "session.idle", properties: { sessionID: "root" } } })
            console.log("idle")
            """);

        var run = await ProgramRun.RunAsync("node", [Path.Combine(home.Path, "host.mjs")]);

        Assert.Equal(new ProgramRun(0, "idle\n", ""), run);
        Assert.False(File.Exists(Path.Combine(home.Path, "started")));
    }

    [ProgramTheory("node", "sh")]
    [InlineData("kill -9 $$", "killed|again", 60_000)]
    [InlineData("exit 1", "killed|again", 60_000)]
    [InlineData("exit 0", "killed", 4_000)]
    public async Task A_process_that_waited_for_a_session_and_was_ended_is_started_again_unless_it_ended_as_it_should(string end, string expected, int limit)
    {
        using var home = new TemporaryHome();
        var program = Path.Combine(home.Path, "backchannel-mcp");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nif mkdir {Path.Combine(home.Path, "begun")}; then echo killed; {end}; fi\necho again\ncat > /dev/null\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(Path.Combine(home.Path, "extension.mjs"), Extension.Add("", Call with { Program = program, Client = "copilot-cli" }));
        var host = Directory.CreateDirectory(Path.Combine(home.Path, "node_modules", "@github", "copilot-sdk")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(host, "extension.mjs"),
            $$"""
            const told = []
            const end = () => { console.log(told.join("|")); process.exit(0) }
            setTimeout(end, {{limit}})
            export const joinSession = async () => ({ send: async ({ prompt }) => { if (told.push(prompt) === 2) end() } })
            """);
        await File.WriteAllTextAsync(Path.Combine(host, "package.json"), """{"name":"@github/copilot-sdk","exports":{"./extension":"./extension.mjs"}}""");

        Assert.Equal(new ProgramRun(0, expected + "\n", ""), await ProgramRun.RunAsync("node", [Path.Combine(home.Path, "extension.mjs")]));
    }

    [ProgramFact("node", "sh")]
    public async Task The_extension_sends_what_comes_to_its_session()
    {
        using var home = new TemporaryHome();
        var program = Path.Combine(home.Path, "backchannel-mcp");
        await File.WriteAllTextAsync(program, "#!/bin/sh\necho \"$@\"\ncat > /dev/null\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(Path.Combine(home.Path, "extension.mjs"), Extension.Add("", Call with { Program = program, Client = "copilot-cli" }));
        var host = Directory.CreateDirectory(Path.Combine(home.Path, "node_modules", "@github", "copilot-sdk")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(host, "extension.mjs"),
            """
            const open = setInterval(() => {}, 1000)
            export const joinSession = async () => ({ send: async ({ prompt }) => { console.log(prompt); clearInterval(open) } })
            """);
        await File.WriteAllTextAsync(Path.Combine(host, "package.json"), """{"name":"@github/copilot-sdk","exports":{"./extension":"./extension.mjs"}}""");

        Assert.Equal(new ProgramRun(0, "hook copilot-cli --wait\n", ""), await ProgramRun.RunAsync("node", [Path.Combine(home.Path, "extension.mjs")]));
    }
}
