using System.Text.Json;
using Backchannel.Native.Cli;

namespace Backchannel.Native.Tests.Cli;

/// <summary>What somebody reads who has never seen the program and does the next best thing.</summary>
public sealed class FirstRunTests
{
    [Fact]
    public async Task A_bare_start_on_a_terminal_says_what_it_is_what_to_do_and_how_to_leave()
    {
        using var home = new CliHome { IsTerminal = true };

        var (exitCode, output, errors) = await home.RunAsync("--base-url", "local");

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Empty(output);
        Assert.Contains("nothing to type", errors, StringComparison.Ordinal);
        Assert.Contains("press Ctrl+D", errors, StringComparison.Ordinal);
        Assert.Contains($"'{CliHome.Executable}' config claude-code --local --write", errors, StringComparison.Ordinal);
        Assert.Contains($"'{CliHome.Executable}' demo", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_on_the_path_is_called_by_its_name()
    {
        using var home = new CliHome { IsTerminal = true };
        home["PATH"] = $"/bin{Path.PathSeparator}{Path.GetDirectoryName(CliHome.Executable)}";

        var (_, _, errors) = await home.RunAsync("--base-url", "local");

        Assert.Contains(" backchannel-mcp demo\n", errors, StringComparison.Ordinal);
        Assert.All(errors.Split('\n'), line => Assert.InRange(line.Length, 0, 79));
    }

    [Theory]
    [InlineData("'sever' is not a command; did you mean 'serve'?", "sever")]
    [InlineData("'help' is not a command; did you mean '--help'?", "help")]
    [InlineData("'xyzzy' is not a command.", "xyzzy")]
    [InlineData("'--base-ulr' is not an option; did you mean '--base-url'?", "--base-ulr", "local")]
    [InlineData("'--jason' is not an option of 'doctor'; did you mean '--json'?", "doctor", "--jason")]
    [InlineData("'post_task' is a tool, not a command. Write: backchannel-mcp call post_task --NAME VALUE", "post_task", "--channel", "a")]
    [InlineData("'list-channels' is a tool, not a command. Write: backchannel-mcp call list_channels", "list-channels")]
    [InlineData("'extra' is not expected here.", "demo", "extra")]
    [InlineData("'call' needs TOOL. The tool's name, such as post_task.", "call")]
    [InlineData("'config' needs CLIENT. One of claude-code, ", "config")]
    [InlineData("there is no tool 'post_tsk'; did you mean 'post_task'?", "call", "post_tsk")]
    [InlineData("--channel has no value. Write: call post_task --channel VALUE", "call", "post_task", "--channel")]
    [InlineData("'a' has no name before it. Write: call post_task --NAME VALUE", "call", "post_task", "a")]
    [InlineData("--base-url is 'bus.example'; it must be an http or https URL, or 'local'.", "--base-url", "bus.example")]
    [InlineData("--transport is 'sse'; only 'stdio' is served.", "--transport", "sse")]
    [InlineData("the MCP client did not expand this variable", "--base-url", "${BUS}")]
    public async Task What_is_typed_wrongly_is_answered_with_what_is_right(string expected, params string[] arguments)
    {
        using var home = new CliHome();

        var (exitCode, output, errors) = await home.RunAsync(arguments);

        Assert.Equal(ExitCode.WrongUsage, exitCode);
        Assert.Empty(output);
        Assert.StartsWith("backchannel-mcp: ", errors, StringComparison.Ordinal);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hello\n", "not JSON. Each message is JSON on one line.")]
    [InlineData("Content-Length: 40\r\n\r\n", "a Content-Length header. Messages have no headers here")]
    [InlineData("content-length: 40\r\n\r\n", "a Content-Length header. Messages have no headers here")]
    [InlineData("POST /mcp HTTP/1.1\r\n", "an HTTP request. Messages come on standard input here")]
    public async Task What_is_no_message_is_answered_with_what_a_message_is(string input, string expected)
    {
        using var home = new CliHome { Input = input };

        var (exitCode, output, _) = await home.RunAsync("--base-url", "local");

        using var answer = JsonDocument.Parse(output);
        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Equal(-32700, answer.RootElement.GetProperty("error").GetProperty("code").GetInt32());
        Assert.Contains(expected, answer.RootElement.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
