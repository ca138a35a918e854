using Processor = System.Runtime.InteropServices.Architecture;
using Backchannel.Native.Cli;

namespace Backchannel.Native.Tests.EndToEnd.EmptyRoots;

/// <summary>The static file in a read-only root that holds nothing else, as uid 65534, without HOME.</summary>
public sealed class EmptyRootTests
{
    [StaticFileFact(Processor.X64)]
    public Task The_version_is_answered_on_x64() => The_version_is_answered(Processor.X64);

    [StaticFileFact(Processor.Arm64)]
    public Task The_version_is_answered_on_arm64() => The_version_is_answered(Processor.Arm64);

    /// <remarks>What takes the most and what was left out: the comments of Backchannel.Native.csproj and Substitutions.xml.</remarks>
    [StaticFileFact(Processor.X64)]
    public void The_file_for_x64_with_everything_in_it_does_not_grow_unnoticed() =>
        Assert.InRange(new FileInfo(StaticFile.For(Processor.X64).Path).Length, 1, 24_200_000);

    [StaticFileFact(Processor.X64)]
    public Task A_snippet_is_printed_and_a_file_without_home_refused_on_x64() => A_snippet_is_printed_and_a_file_without_home_refused(Processor.X64);

    [StaticFileFact(Processor.Arm64)]
    public Task A_snippet_is_printed_and_a_file_without_home_refused_on_arm64() => A_snippet_is_printed_and_a_file_without_home_refused(Processor.Arm64);

    [StaticFileFact(Processor.X64)]
    public async Task The_doctor_names_the_OpenSSL_inside()
    {
        using var root = new EmptyRoot(StaticFile.For(Processor.X64));

        var (_, output, _) = await root.RunAsync("doctor", "--base-url", "http://127.0.0.1:1");

        Assert.Matches(@"ok +program +backchannel-mcp \S+, /backchannel-mcp \(OpenSSL 3\.\d+\.\d+\)\n", output);
    }

    [StaticFileFact(Processor.X64)]
    public async Task Without_a_source_of_random_numbers_the_error_says_what_to_mount()
    {
        using var root = new EmptyRoot(StaticFile.For(Processor.X64), bare: true);

        var version = await root.RunAsync("--version");
        var session = await root.RunAsync();
        var call = await root.RunAsync("call", "post_task", "--channel", "reviews", "--content", "Read it.");

        Assert.Equal(ExitCode.Done, version.ExitCode);
        Assert.All([session, call], ended =>
        {
            Assert.Equal((ExitCode.WrongUsage, ""), (ended.ExitCode, ended.Output));
            Assert.Contains("there is no /dev/urandom here", ended.Errors, StringComparison.Ordinal);
            Assert.Contains("mount --bind /dev/urandom", ended.Errors, StringComparison.Ordinal);
        });
    }

    private static async Task The_version_is_answered(Processor processor)
    {
        using var root = new EmptyRoot(StaticFile.For(processor));

        var (exitCode, output, errors) = await root.RunAsync("--version");

        Assert.Equal((ExitCode.Done, ProductVersion.Text, ""), (exitCode, output.Trim(), errors));
    }

    private static async Task A_snippet_is_printed_and_a_file_without_home_refused(Processor processor)
    {
        using var root = new EmptyRoot(StaticFile.For(processor));

        var printed = await root.RunAsync("config", "cursor", "--local");
        var written = await root.RunAsync("config", "cursor", "--local", "--write");

        Assert.Equal(ExitCode.Done, printed.ExitCode);
        Assert.Contains("\"command\": \"/backchannel-mcp\"", printed.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, written.ExitCode);
        Assert.Contains("HOME is not set", written.Errors, StringComparison.Ordinal);
    }
}
