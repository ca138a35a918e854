using Backchannel.Native.Tests.EndToEnd.Sessions;

namespace Backchannel.Native.Tests.EndToEnd.Work;

/// <summary>What the end of a command means for its task.</summary>
public sealed class CommandEndTests(NativeHome home) : IClassFixture<NativeHome>
{
    [UnixFact]
    public async Task Standard_output_of_a_command_that_succeeds_is_the_result()
    {
        var task = await RunAsync("tr a-z A-Z", "hello");

        Assert.Equal("acknowledged", task.Status);
        Assert.Equal("HELLO", task.Result);
    }

    [UnixFact]
    public async Task A_task_whose_command_fails_has_failed_with_the_end_of_standard_error_and_of_the_output_as_its_reason()
    {
        var task = await RunAsync("echo 'a.cs(3): error'; echo 'Error 1' >&2; exit 3", "hello");
        var wordy = await RunAsync("seq 1000 1999; seq 2000 2999 >&2; exit 3", "hello");
        var silent = await RunAsync("seq 1000 1999; exit 3", "hello");

        Assert.Equal("failed", task.Status);
        Assert.Equal("The command ended with exit code 3. Error 1 The output ended with: a.cs(3): error", task.Json.Text("reason"));
        Assert.Matches(@"^The command ended with exit code 3\. …[\d\n]+\n2999 The output ended with: …[\d\n]+\n1999$", wordy.Json.Text("reason"));
        Assert.Matches(@"^The command ended with exit code 3\. …[\d\n]+\n1999$", silent.Json.Text("reason"));
    }

    [UnixFact]
    public async Task Exit_code_75_asks_for_another_attempt()
    {
        var task = await RunAsync("exit 75", "hello", post: ["--max-attempts", "1"]);
        var again = await RunAsync("exit 75", "hello", seconds: 1);

        // With one attempt allowed there is no other.
        Assert.Equal("failed", task.Status);
        Assert.Equal("waiting", again.Status);
        Assert.Contains("Attempt 1 of 5", again.Answer, StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData(130)]
    [InlineData(137)]
    [InlineData(255)]
    public async Task An_exit_code_that_a_shell_gives_for_a_signal_is_told_as_an_exit_code(int code)
    {
        var task = await RunAsync($"exit {code}", "hello");

        Assert.Equal("failed", task.Status);
        Assert.Contains($"ended with exit code {code}.", task.Answer, StringComparison.Ordinal);
        Assert.DoesNotContain("signal", task.Answer, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_command_ended_by_a_signal_may_be_tried_again()
    {
        var task = await RunAsync("kill -9 $$", "hello", seconds: 1);

        Assert.Equal("waiting", task.Status);
        Assert.Contains("signal 9", task.Answer, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_command_that_takes_too_long_is_ended_and_its_task_has_failed()
    {
        var task = await RunAsync("echo begun; exec sleep 600", "hello", options: ["--timeout", "0.5"]);

        Assert.Equal("failed", task.Status);
        Assert.Contains("told to end after 0.5 s, its time limit", task.Answer, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_command_that_reads_no_input_succeeds_all_the_same()
    {
        var task = await RunAsync("exec 0<&-; echo done", new string('x', 9_000));

        Assert.Equal("done", task.Result);
    }

    [UnixFact]
    public async Task A_command_that_closes_its_streams_is_waited_for()
    {
        var task = await RunAsync("exec >&- 2>&-; sleep 0.3; exit 4", "hello");

        Assert.Equal("failed", task.Status);
        Assert.Contains("exit code 4", task.Answer, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task What_a_command_leaves_running_in_its_group_ends_with_it()
    {
        var task = await RunAsync("sleep 600 & echo $!", "hello");

        Assert.False(RunningProcess.Exists(int.Parse(task.Result!, null)));
    }

    [LinuxTheory]
    [InlineData("setsid sleep 600 & echo $!; sleep 0.2")]
    [InlineData("setsid sh -c 'echo $$; while :; do echo tick; sleep 0.05; done' & sleep 0.3")]
    [InlineData("(setsid sh -c 'trap \"\" TERM HUP; echo $$; while :; do sleep 1; done' &); sleep 0.3")]
    public async Task A_process_that_left_the_group_ends_with_the_command_and_does_not_hold_up_the_result(string line)
    {
        var task = await RunAsync(line, "hello");

        Assert.Equal("acknowledged", task.Status);
        Assert.False(RunningProcess.Exists(int.Parse(task.Result!.Split('\n')[0], null)));
    }

    [LinuxFact]
    public async Task A_local_bus_that_the_command_started_serves_on()
    {
        using var other = new TemporaryHome();

        var task = await RunAsync($"HOME='{other.Path}' BACKCHANNEL_BASE_URL=local '{PublishedExecutable.Path}' call list_channels", "hello");

        Assert.Equal("acknowledged", task.Status);
        Assert.Single(other.BusProcesses());
    }

    [UnixFact]
    public async Task A_folder_that_the_command_put_in_the_place_of_that_for_results_gives_no_file()
    {
        var task = await RunAsync("""rmdir "$BACKCHANNEL_RESULT_FILES" && ln -s "$HOME/.config/backchannel/keys" "$BACKCHANNEL_RESULT_FILES"; echo done""", "hello");

        Assert.StartsWith("done", task.Result, StringComparison.Ordinal);
        Assert.Contains("not sent: only regular files", task.Result, StringComparison.Ordinal);
        Assert.DoesNotContain("\"files\"", task.Answer, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task Long_output_is_not_written_through_a_link_that_the_command_made()
    {
        const string Trap = """for d in "$TMPDIR"/backchannel-work-*/output; do ln -s "$PWD/victim" "$d/output.0"; ln -s "$PWD/victim" "$d/output.txt"; done; """;
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("victim"), "mine");

        await RunAsync(Trap + "head -c 20000 /dev/zero | tr '\\0' '#'", "hello", options: ["--cwd", folder.Path], seconds: 1);

        Assert.Equal("mine", await File.ReadAllTextAsync(folder.File("victim")));
    }

    [UnixFact]
    public async Task A_file_that_is_too_large_or_no_regular_one_is_named_and_the_result_arrives()
    {
        var task = await RunAsync("""cd "$BACKCHANNEL_RESULT_FILES" && head -c 16777217 /dev/zero > big && ln -s /etc/hostname link && echo kept > small; echo important""", "hello");

        Assert.StartsWith("important\n\n2 files were not sent:", task.Result, StringComparison.Ordinal);
        Assert.Contains("small", task.Answer, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task The_command_knows_its_task_from_its_environment_and_does_not_get_the_key()
    {
        var task = await RunAsync("env | grep ^BACKCHANNEL_ | sort", "hello");

        Assert.Contains($"BACKCHANNEL_MESSAGE_ID={task.Id}\n", task.Result, StringComparison.Ordinal);
        Assert.Contains("BACKCHANNEL_ATTEMPT=1\n", task.Result, StringComparison.Ordinal);
        Assert.Contains("BACKCHANNEL_FROM=shell-", task.Result, StringComparison.Ordinal);
        Assert.Contains("BACKCHANNEL_WORK=1", task.Result, StringComparison.Ordinal);
        Assert.DoesNotContain("API_KEY", task.Result, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task The_command_is_in_a_group_of_its_own_and_has_only_the_three_standard_streams()
    {
        var task = await RunAsync("cut -d ' ' -f 1,5 /proc/self/stat; exec ls /proc/self/fd", "hello");
        var lines = task.Result!.Split('\n');

        // The shell leads the group; the descriptor 3 is that of ls, which reads the folder.
        Assert.NotEqual(lines[0].Split(' ')[0], lines[0].Split(' ')[1]);
        Assert.Equal(["0", "1", "2", "3"], lines[1..]);
    }

    [UnixFact]
    public async Task Files_that_the_command_puts_into_the_folder_for_results_come_with_the_result()
    {
        var task = await RunAsync("printf report > \"$BACKCHANNEL_RESULT_FILES/report.txt\"; ln -s /etc/passwd \"$BACKCHANNEL_RESULT_FILES/secret\"; echo see the file", "hello");

        var file = Assert.Single(task.Json.GetProperty("result").GetProperty("files").EnumerateArray());
        Assert.Equal("report", await File.ReadAllTextAsync(file.Text("path")));
    }

    [UnixFact]
    public async Task The_command_finds_the_files_of_the_task_in_a_folder()
    {
        var folder = Directory.CreateDirectory(Path.Combine(home.Path, "project")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "input.txt"), "of the file");

        var task = await RunAsync("cat \"$BACKCHANNEL_FILES/input.txt\"", "hello", post: ["--files", "input.txt"]);

        Assert.Equal("of the file", task.Result);
    }

    private Task<WorkedTask> RunAsync(
        string line, string content, IReadOnlyList<string>? options = null, IReadOnlyList<string>? post = null, int seconds = 50) =>
        WorkedTask.RunAsync(home.Path, line, content, options ?? [], post ?? [], seconds);
}
