using Backchannel.Native.Tests.Measurements;

namespace Backchannel.Native.Tests.EndToEnd.Commands;

/// <summary>A copy that ends before its time is never taken for a whole one.</summary>
public sealed class CopyTests : IDisposable
{
    private const int Messages = 20_000;

    private readonly TemporaryHome home = new();

    private string Original => Path.Combine(home.Path, "bus.db");

    private string Copied => Path.Combine(home.Path, "copy.db");

    private Dictionary<string, string?> Variables => new() { ["HOME"] = home.Path, ["PART"] = Copied + "-copy" };

    public void Dispose() => home.Dispose();

    [UnixFact]
    public async Task Killed_in_the_middle_it_leaves_no_copy_and_the_next_one_is_whole()
    {
        await StoredBus.FillAsync(Original, Messages);

        var killed = await ShellCommand.RunAsync(
            "\"$@\" & until [ -s \"$PART\" ]; do :; done; kill -9 $!; wait $!; test -s \"$PART\"", Variables, "copy", "--from", Original, "--to", Copied);
        var isThere = File.Exists(Copied);
        var whole = await NativeCommand.RunAsync(new Dictionary<string, string> { ["HOME"] = home.Path }, "copy", "--from", Original, "--to", Copied);

        Assert.Equal((0, false), (killed.ExitCode, isThere));
        Assert.DoesNotContain("done in", killed.Output, StringComparison.Ordinal);
        Assert.True(whole.ExitCode == 0, whole.Errors);
        Assert.Equal(Messages, DatabaseFile.QueryInteger(Copied, "SELECT count(*) FROM messages"));
        Assert.False(File.Exists(Copied + "-copy"));
    }

    [UnixFact]
    public async Task A_file_of_passwords_that_others_may_read_is_refused()
    {
        var passwords = Path.Combine(home.Path, ".pgpass");
        await File.WriteAllTextAsync(passwords, "*:*:*:*:secret");
        File.SetUnixFileMode(passwords, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        var variables = new Dictionary<string, string> { ["HOME"] = home.Path };
        string[] copy = ["copy", "--from", "postgres://a@127.0.0.1:1/b?sslmode=disable", "--to", Copied];

        var refused = await NativeCommand.RunAsync(variables, copy);
        File.SetUnixFileMode(passwords, UnixFileMode.UserRead);
        var taken = await NativeCommand.RunAsync(variables, copy);

        Assert.Contains($"Change that: chmod 600 {passwords}", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("Connection refused", taken.Errors, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_limit_on_the_size_of_files_is_told_and_nothing_is_left()
    {
        await StoredBus.FillAsync(Original, Messages);

        var run = await ShellCommand.RunAsync("ulimit -f 4000; exec \"$@\"", Variables, "copy", "--from", Original, "--to", Copied);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("the copy was given up: ", run.Errors, StringComparison.Ordinal);
        Assert.Contains($"There is no copy at {Copied}.", run.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Copied));
        Assert.False(File.Exists(Copied + "-copy"));
    }
}
