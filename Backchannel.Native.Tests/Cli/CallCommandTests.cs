using System.Text;
using System.Text.Json;
using Backchannel.Native.Cli;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Cli;

/// <summary>Values on a command line: what is typed is what the tool gets.</summary>
public sealed class CallCommandTests : IDisposable
{
    private readonly CliHome home = new();

    public void Dispose() => this.home.Dispose();

    public static TheoryData<string> OrdinaryValues =>
        ["@ann please look", "@FILE", "--version", "--transport", "-", "-heavy", "-h2", "-abc", "--", "--result", "--no-such-option", ":x", "/tmp/x", "a=b", "--a=b", "[diagram]", "\"quoted\"", "x\ny"];

    [Theory]
    [MemberData(nameof(OrdinaryValues))]
    public async Task A_value_is_posted_as_it_stands(string value)
    {
        await using var bus = await TestBus.StartAsync();
        var text = value.Replace("FILE", this.home.Write("secret.txt", "a secret"), StringComparison.Ordinal);
        string[] content = text == "-" ? ["--content=-"] : ["--content", text];

        var answer = await CallAsync(bus, ["post_task", "--channel", "lane", .. content]);

        Assert.Equal(text, await PostedAsync(bus, answer));
    }

    [Theory]
    [InlineData("--agent-label")]
    [InlineData("BACKCHANNEL_AGENT_LABEL")]
    public async Task A_chosen_label_is_cut_for_the_actor_of_a_claim_too(string source)
    {
        await using var bus = await TestBus.StartAsync();
        var label = new string('x', 200);
        string[] option = source.StartsWith('-') ? [source, label] : [];
        this.home[source] = label;
        await CallAsync(bus, "post_task", "--channel", "lane", "--content", "task", "--actor-label", "poster");

        var claimed = await CallAsync(bus, ["claim_task", "--channel", "lane", .. option]);

        Assert.Equal(label[..128], claimed.GetProperty("actor").GetString());
    }

    [Theory]
    [MemberData(nameof(OrdinaryValues))]
    public async Task Every_text_parameter_takes_a_value_as_it_stands(string value)
    {
        await using var bus = await TestBus.StartAsync();
        var posted = await CallAsync(bus, "post_task", "--channel", "lane", "--content", "task", "--metadata", $$"""{"text":"{{JsonEncodedText.Encode(value)}}"}""");
        var id = posted.GetProperty("message_id").GetString()!;
        await CallAsync(bus, "claim_task", "--channel", "lane", "--actor", "worker");

        await CallAsync(bus, "ack_task", "--message-id", id, "--actor", "worker", $"--result={value}");

        var awaited = await CallAsync(bus, "await_result", "--channel", "lane", "--message-id", id);
        Assert.Equal(value, awaited.GetProperty("result").GetProperty("content").GetString());
        var read = await CallAsync(bus, "subscribe", "--channel", "lane");
        Assert.Equal(value, read.GetProperty("data")[0].GetProperty("metadata").GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("-?")]
    [InlineData("/?")]
    [InlineData("/h")]
    [InlineData("--base-url")]
    [InlineData("--log-level=DEBUG")]
    public async Task A_value_that_is_an_option_here_is_refused_with_the_way_to_send_it(string value)
    {
        await using var bus = await TestBus.StartAsync();

        var refused = await this.home.RunAsync("call", "post_task", "--base-url", bus.BaseUrl, "--channel", "lane", "--content", value);
        var answer = await CallAsync(bus, "post_task", "--channel", "lane", $"--content={value}");

        Assert.Equal(ExitCode.WrongUsage, refused.ExitCode);
        Assert.Empty(refused.Output);
        Assert.Contains($"write --content={value}", refused.Errors, StringComparison.Ordinal);
        Assert.Equal(value, await PostedAsync(bus, answer));
        Assert.Single((await CallAsync(bus, "subscribe", "--channel", "lane")).GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task Behind_two_hyphens_nothing_is_an_option_of_the_program()
    {
        await using var bus = await TestBus.StartAsync();

        var answer = await CallAsync(bus, "post_task", "--", "--channel", "lane", "--content", "--help");

        Assert.Equal("--help", await PostedAsync(bus, answer));
    }

    [Fact]
    public async Task Options_of_the_program_stand_before_and_behind_the_tool_and_between_its_parameters()
    {
        await using var bus = await TestBus.StartAsync();

        var (exitCode, output, errors) = await this.home.RunAsync(
            "--base-url", bus.BaseUrl, "call", "--agent-label", "poster", "post-task", "--channel", "lane", "--log-level", "ERROR", "--content", "-x");

        Assert.True(exitCode == ExitCode.Done, errors);
        Assert.Equal("-x", await PostedAsync(bus, JsonElement.Parse(output)));
    }

    [Theory]
    [InlineData("'@FILE' is not a command.", "@FILE")]
    [InlineData("'@FILE' is not expected here.", "demo", "@FILE")]
    [InlineData("'@FILE' is not expected here.", "doctor", "@FILE")]
    [InlineData("'@FILE' is not expected here.", "serve", "@FILE")]
    [InlineData("'@FILE' is not a client known here", "config", "--local", "@FILE")]
    [InlineData("there is no tool '@FILE'", "call", "--base-url", "local", "@FILE")]
    [InlineData("--base-url is '@FILE'", "doctor", "--base-url", "@FILE")]
    [InlineData("--name is '@FILE'", "config", "cursor", "--local", "--name", "@FILE")]
    [InlineData("--listen is '@FILE'", "serve", "--listen", "@FILE")]
    public async Task No_command_reads_its_arguments_from_a_file(string expected, params string[] arguments)
    {
        var file = this.home.Write("arguments.txt", "--help");

        var (exitCode, output, errors) = await this.home.RunAsync([.. arguments.Select(argument => argument.Replace("FILE", file, StringComparison.Ordinal))]);

        Assert.Equal(ExitCode.WrongUsage, exitCode);
        Assert.Empty(output);
        Assert.Contains(expected.Replace("FILE", file, StringComparison.Ordinal), errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("one\ntwo — 😀\n")]
    [InlineData("@not-a-file")]
    public async Task A_hyphen_is_the_text_on_standard_input(string text)
    {
        using var home = new CliHome { Input = text };
        await using var bus = await TestBus.StartAsync();

        var (_, output, _) = await home.RunAsync("call", "post_task", "--base-url", bus.BaseUrl, "--channel", "lane", "--content", "-");

        // A bus drops the white space around a content.
        Assert.Equal(text.Trim(), await PostedAsync(bus, JsonElement.Parse(output), home));
    }

    [Fact]
    public async Task Metadata_can_come_from_standard_input_behind_a_byte_order_mark()
    {
        using var home = new CliHome { InputBytes = [0xEF, 0xBB, 0xBF, .. "{\"a\":1}\n"u8] };
        await using var bus = await TestBus.StartAsync();

        await home.RunAsync("call", "post_task", "--base-url", bus.BaseUrl, "--channel", "lane", "--content", "task", "--metadata", "-");

        var read = JsonElement.Parse((await home.RunAsync("call", "subscribe", "--base-url", bus.BaseUrl, "--channel", "lane")).Output);
        Assert.Equal(1, read.GetProperty("data")[0].GetProperty("metadata").GetProperty("a").GetInt32());
    }

    [Theory]
    [InlineData("\u00ff", true, "not UTF-8 text")]
    [InlineData("x", false, "longer than 1048576 bytes")]
    public async Task Standard_input_that_no_message_can_hold_is_refused(string text, bool isLatin1, string reason)
    {
        using var home = new CliHome { InputBytes = isLatin1 ? Encoding.Latin1.GetBytes(text) : Encoding.UTF8.GetBytes(new string(text[0], 1024 * 1024 + 1)) };

        var (exitCode, output, errors) = await home.RunAsync("call", "post_task", "--base-url", "http://127.0.0.1:1", "--channel", "lane", "--content", "-");

        Assert.Equal(ExitCode.WrongUsage, exitCode);
        Assert.Empty(output);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
        Assert.Contains("--content", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_longer_than_the_bus_takes_is_told_by_the_bus()
    {
        using var home = new CliHome { Input = new string('x', 10_001) };
        await using var bus = await TestBus.StartAsync();

        var (exitCode, _, errors) = await home.RunAsync("call", "post_task", "--base-url", bus.BaseUrl, "--channel", "lane", "--content", "-");

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains("content_too_large", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--content is given twice", "--content", "a", "--content", "b")]
    [InlineData("--actor_label is given twice", "--actor-label", "a", "--actor_label", "b")]
    [InlineData("--content and --metadata are both -", "--content", "-", "--metadata", "-")]
    [InlineData("--files is - twice", "--content", "a", "--files", "-", "--files", "-")]
    public async Task Two_values_where_one_is_taken_are_refused(string expected, params string[] parameters)
    {
        var (exitCode, _, errors) = await this.home.RunAsync(["call", "post_task", "--base-url", "http://127.0.0.1:1", "--channel", "lane", .. parameters]);

        Assert.Equal(ExitCode.WrongUsage, exitCode);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }

    /// <summary>FIRST and SECOND stand for the ids of two tasks.</summary>
    public static TheoryData<string[]> ListsOfTwo => new(
        ["--message-ids", "FIRST", "--message-ids", "SECOND"],
        ["--message-ids=FIRST", "--message_ids=SECOND"],
        ["--message-ids", "FIRST,SECOND"],
        ["--message-ids", "FIRST, SECOND"],
        ["--message-ids", "FIRST\nSECOND\n"],
        ["--message-ids", """["FIRST","SECOND"]"""],
        ["--message-ids", """["FIRST"]""", "--message-ids", "SECOND"],
        ["--message-ids", "-"],
        ["--message-ids", "FIRST", "--message-ids", "-"]);

    [Theory]
    [MemberData(nameof(ListsOfTwo))]
    public async Task A_list_is_repeated_or_stands_between_commas_or_is_json(string[] parameters)
    {
        await using var bus = await TestBus.StartAsync();
        string[] ids = [await PostAsync(bus), await PostAsync(bus)];
        this.home.Input = parameters.Length > 2 ? $"{ids[1]}\n" : $"{ids[0]}\n{ids[1]}\n";

        var awaited = await CallAsync(bus, ["await_result", "--timeout-seconds", "0", .. parameters.Select(text => text.Replace("FIRST", ids[0], StringComparison.Ordinal).Replace("SECOND", ids[1], StringComparison.Ordinal))]);

        Assert.Equal(ids, awaited.GetProperty("results").EnumerateArray().Select(static result => result.GetProperty("message_id").GetString()));
    }

    [Theory]
    [InlineData("--depends-on has an empty entry", "")]
    [InlineData("--depends-on has an empty entry", "a,,b")]
    [InlineData("--depends-on has an empty entry", "a,")]
    [InlineData("begins like a JSON list", "[a,b]")]
    [InlineData("begins like a JSON list", "[\"a\"")]
    public async Task A_list_with_an_empty_entry_or_broken_json_posts_nothing(string expected, string value)
    {
        await using var bus = await TestBus.StartAsync();

        var (exitCode, output, errors) = await this.home.RunAsync(
            "call", "post_task", "--base-url", bus.BaseUrl, "--channel", "lane", "--content", "task", "--depends-on", value);

        Assert.Equal(ExitCode.WrongUsage, exitCode);
        Assert.Empty(output);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entries_of_a_list_that_are_no_text_are_refused_by_the_tool()
    {
        await using var bus = await TestBus.StartAsync();

        var (exitCode, _, errors) = await this.home.RunAsync(
            "call", "post_task", "--base-url", bus.BaseUrl, "--channel", "lane", "--content", "task", "--depends-on", "[1]");

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains("allowed: array of strings", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_claim_from_a_shell_says_that_nobody_renews_it_and_when_it_ends()
    {
        await using var bus = await TestBus.StartAsync();
        await CallAsync(bus, "post_task", "--channel", "lane", "--content", "größer > 😀");

        var claimed = await CallAsync(bus, "claim_task", "--channel", "lane", "--actor", "worker");
        var nothing = await CallAsync(bus, "claim_task", "--channel", "lane", "--actor", "worker");

        var note = claimed.GetProperty("note").GetString()!;
        Assert.Contains("nobody renews it", note, StringComparison.Ordinal);
        Assert.Contains(claimed.GetProperty("lease_expires_at").GetString()!, note, StringComparison.Ordinal);
        Assert.Equal("größer > 😀", claimed.GetProperty("content").GetString());
        Assert.DoesNotContain("renews", nothing.GetProperty("note").GetString()!, StringComparison.Ordinal);
    }

    private Task<JsonElement> CallAsync(TestBus bus, params string[] arguments) => CallAsync(this.home, bus, arguments);

    private static async Task<JsonElement> CallAsync(CliHome home, TestBus bus, string[] arguments)
    {
        var (exitCode, output, errors) = await home.RunAsync(["call", "--base-url", bus.BaseUrl, .. arguments]);
        Assert.True(exitCode == ExitCode.Done, errors);
        return JsonElement.Parse(output);
    }

    private async Task<string> PostAsync(TestBus bus) =>
        (await CallAsync(bus, "post_task", "--channel", "lane", "--content", "task")).GetProperty("message_id").GetString()!;

    private async Task<string?> PostedAsync(TestBus bus, JsonElement posted, CliHome? home = null)
    {
        var id = posted.GetProperty("message_id").GetString();
        var read = await CallAsync(home ?? this.home, bus, ["subscribe", "--channel", posted.GetProperty("channel").GetString()!]);
        return read.GetProperty("data").EnumerateArray().Single(message => message.GetProperty("message_id").GetString() == id).GetProperty("content").GetString();
    }
}
