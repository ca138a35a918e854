using System.Text.Json;
using Backchannel.Native.Cli.Config.Hooks;

namespace Backchannel.Native.Tests.Cli.Config.Hooks;

public sealed class HookFileTests
{
    private const string Ours = """{ "hooks": [{ "type": "command", "command": "/x/backchannel-mcp hook claude-code", "asyncRewake": true, "timeout": 86400 }] }""";

    private static readonly HookLine Call = new("/x/backchannel-mcp", "claude-code", HookShell.Posix);

    private static readonly WakingFile Stop = ClientWaking.ClaudeCode.Files[0];

    private static readonly WakingFile AfterAgent = ClientWaking.GeminiCli.Files[0];

    private static readonly WakingFile AgentStop = ClientWaking.CopilotCli.Files[0];

    public static TheoryData<string> OthersFiles =>
    [
        """{"model":"x"}""",
        "{\n  \"model\": \"x\"\n}\n",
        "{\r\n\t\"model\": \"x\"\r\n}\r\n",
        """{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"mine"}]}]}}""",
        "{\n  \"hooks\": {\n    \"Stop\": [\n      {\n        \"hooks\": [\n          { \"type\": \"command\", \"command\": \"mine\" }\n        ]\n      }\n    ]\n  }\n}\n",
        "{\n    \"hooks\": {\n        \"PreToolUse\": [{ \"matcher\": \"Bash\", \"hooks\": [] }]\n    },\n    \"model\": \"ö 😀\"\n}\n",
        """{"hooks":{"Stop":["what is this",{"hooks":7},{"\ud800":1,"hooks":[{"command":"\ud800"}]},{"hooks":[],"hooks":[]}]}}""",
        """{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"nice /x/backchannel-mcp hook claude-code"}]}]}}""",
    ];

    [Theory]
    [MemberData(nameof(OthersFiles))]
    public void The_hook_is_added_beside_those_of_others_and_comes_out_without_a_trace(string before)
    {
        var added = Stop.Add(before, Call);

        var hook = JsonElement.Parse(added).GetProperty("hooks").GetProperty("Stop").EnumerateArray().Last();
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(Ours), hook), added);
        Assert.Equal("/x/backchannel-mcp", Stop.ProgramIn(added, Call));
        Assert.Equal(added, Stop.Add(added, Call));
        Assert.Null(Stop.ProgramIn(before, Call));
        Assert.Equal(before, Stop.Remove(before, Call));
        Assert.Equal(before, Stop.Remove(added, Call));
        Assert.False(Stop.IsNothing(before));
    }

    [Theory]
    [InlineData("{ // why\n  \"a\": 1 // last\n}\n")]
    [InlineData("{\n  \"hooks\": {\n    // at the end\n    \"AfterAgent\": [\n      { \"hooks\": [ { \"command\": \"mine\" } ] } // mine\n      /* nothing more */\n    ]\n  }\n}\n")]
    public void Comments_stay_where_the_client_reads_them(string before)
    {
        var call = Call with { Client = "gemini-cli" };

        var added = AfterAgent.Add(before, call);

        Assert.Contains("\"timeout\": 30000", added, StringComparison.Ordinal);
        Assert.Equal(added, AfterAgent.Add(added, call));
        Assert.Equal(before, AfterAgent.Remove(added, call));
    }

    [Fact]
    public void A_missing_file_gets_the_hook_alone_and_then_holds_nothing()
    {
        foreach (var (file, client) in new[] { (Stop, "claude-code"), (AgentStop, "copilot-cli") })
        {
            var call = Call with { Client = client };

            var added = file.Add("", call);

            Assert.EndsWith("}\n", added, StringComparison.Ordinal);
            Assert.False(file.IsNothing(added));
            Assert.True(file.IsNothing(file.Remove(added, call)), file.Remove(added, call));
        }
    }

    [Fact]
    public void Copilots_list_has_no_groups_and_its_file_a_version()
    {
        var added = AgentStop.Add("", Call with { Client = "copilot-cli" });

        Assert.True(JsonElement.DeepEquals(
            JsonElement.Parse("""{"version":1,"hooks":{"agentStop":[{"type":"command","bash":"/x/backchannel-mcp hook copilot-cli","timeoutSec":30}],"userPromptSubmitted":[{"type":"command","bash":"/x/backchannel-mcp hook copilot-cli --typed","timeoutSec":30}]}}"""),
            JsonElement.Parse(added)));
        Assert.Contains("\"powershell\": ", AgentStop.Add("", new(@"C:\x.exe", "copilot-cli", HookShell.PowerShell)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_has_moved_is_followed_and_what_its_owner_added_stays()
    {
        var call = Call with { Client = "gemini-cli" };
        var before = """{"hooks":{"AfterAgent":[{"hooks":[{"command":"'/old place/backchannel-mcp' hook gemini-cli","timeout":90000,"name":"mine"}]},{"hooks":[]}]}}""";

        var after = AfterAgent.Add(before, call);

        Assert.Equal(
            """{"hooks":{"AfterAgent":[{"hooks":[{"command":"/x/backchannel-mcp hook gemini-cli","timeout":90000,"name":"mine", "type": "command"}]},{"hooks":[]}]}}""",
            after);
        Assert.Equal("/old place/backchannel-mcp", AfterAgent.ProgramIn(before, call));
    }

    [Fact]
    public void A_file_that_lacks_one_of_its_hooks_is_not_complete_and_gets_it()
    {
        var before = $$$"""{"hooks":{"Stop":[{{{Ours}}}]}}""";

        Assert.Null(Stop.ProgramIn(before, Call));
        Assert.Equal(Call.Program, Stop.ProgramIn(Stop.Add(before, Call), Call));
    }

    [Fact]
    public void A_hook_that_its_owner_put_into_our_group_stays_when_ours_goes()
    {
        var before = """{"hooks":{"Stop":[{"hooks":[{"command":"/x/backchannel-mcp hook claude-code"}, {"command":"mine"}]}]}}""";

        Assert.Equal("""{"hooks":{"Stop":[{"hooks":[{"command":"mine"}]}]}}""", Stop.Remove(before, Call));
    }

    [Fact]
    public void Each_hook_of_ours_goes()
    {
        var before = $$$"""{"hooks":{"Stop":[{{{Ours}}}, {"hooks":[{"command":"mine"}]}, {{{Ours}}}]}}""";

        Assert.Equal("""{"hooks":{"Stop":[{"hooks":[{"command":"mine"}]}]}}""", Stop.Remove(before, Call));
    }

    [Theory]
    [InlineData("{", "line 1")]
    [InlineData("{ // mine\n}", "no comments")]
    [InlineData("""{"hooks":[]}""", "\"hooks\" is not an object")]
    [InlineData("""{"hooks":{"Stop":{}}}""", "\"hooks.Stop\" is not a list")]
    public void What_cannot_hold_a_hook_is_refused(string text, string reason)
    {
        var refusal = Assert.Throws<FormatException>(() => Stop.Add(text, Call));

        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }
}
