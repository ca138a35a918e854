using System.Diagnostics;
using System.Text.Json;
using Backchannel.Native.Tests.EndToEnd.Sessions;

namespace Backchannel.Native.Tests.Regressions.EndToEnd.Streams;

/// <summary>Standard streams on which reads and writes do not block, as clients leave them that made their own end so.</summary>
public sealed class NonBlockingStreamTests(NativeHome home) : IClassFixture<NativeHome>
{
    /// <summary>F_SETPIPE_SZ of Linux: room for the least that a pipe can hold, less than every output here.</summary>
    private const string Perl =
        "use Fcntl; fcntl($_, F_SETFL, fcntl($_, F_GETFL, 0) | O_NONBLOCK) or die for (*STDIN, *STDOUT, *STDERR); "
        + "fcntl(STDOUT, 1031, 4096) or die; exec @ARGV or die";

    [ProgramFact("perl")]
    public async Task A_session_waits_for_requests_and_cuts_no_answer()
    {
        using var process = Start();
        using var end = new ProcessEnd(process);
        for (var id = 1; id <= 20; id++)
        {
            await process.StandardInput.WriteLineAsync($$"""{"jsonrpc":"2.0","id":{{id}},"method":"tools/list"}""");
            await process.StandardInput.FlushAsync();
            var line = await process.StandardOutput.ReadLineAsync(Deadline.Token());
            Assert.NotNull(line);
            Assert.Equal(id, JsonElement.Parse(line).GetProperty("id").GetInt32());
        }

        process.StandardInput.Close();

        Assert.Equal("", await process.StandardOutput.ReadToEndAsync(Deadline.Token()));
        await process.WaitForExitAsync(Deadline.Token());
        Assert.Equal(0, process.ExitCode);
    }

    [ProgramFact("perl")]
    public async Task A_session_that_waits_for_requests_ends_at_a_signal()
    {
        using var process = Start();
        using var end = new ProcessEnd(process);
        await process.StandardInput.WriteLineAsync("""{"jsonrpc":"2.0","id":1,"method":"ping"}""");
        await process.StandardInput.FlushAsync();
        await process.StandardOutput.ReadLineAsync(Deadline.Token());

        await ProcessSignals.SendAsync(process.Id, "TERM");

        await process.WaitForExitAsync(Deadline.Token());
        Assert.Equal(0, process.ExitCode);
    }

    [ProgramTheory("perl")]
    [InlineData("--help")]
    [InlineData("call", "--help")]
    public async Task Help_is_printed_whole(params string[] arguments)
    {
        using var process = Start(arguments);
        using var end = new ProcessEnd(process);
        process.StandardInput.Close();
        var help = await process.StandardOutput.ReadToEndAsync(Deadline.Token());

        await process.WaitForExitAsync(Deadline.Token());

        Assert.Equal((await NativeCommand.RunAsync(Environment(), arguments)).Output, help);
    }

    [ProgramFact("perl")]
    public async Task A_result_longer_than_the_pipe_is_printed_whole()
    {
        var content = string.Concat(Enumerable.Range(0, 1_900).Select(i => $"{i:0000} "));
        await NativeCommand.RunAsync(Environment(), "call", "post_task", "--channel", "long", "--content", content);

        using var process = Start("call", "claim_task", "--channel", "long", "--actor", "worker");
        using var end = new ProcessEnd(process);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync(Deadline.Token());
        var errors = await process.StandardError.ReadToEndAsync(Deadline.Token());

        await process.WaitForExitAsync(Deadline.Token());
        Assert.Equal((0, ""), (process.ExitCode, errors));
        Assert.Equal(content.Trim(), JsonElement.Parse(output).GetProperty("content").GetString()!.Trim());
    }

    private Dictionary<string, string> Environment() => new() { ["HOME"] = home.Path, ["BACKCHANNEL_BASE_URL"] = "local" };

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(ProgramOnPath.Find("perl")!, ["-e", Perl, PublishedExecutable.Path, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Environment())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
