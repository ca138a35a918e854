using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>Load by a C program of one thread, so that the processors are left to the server. A bus and Redis get the same one.</summary>
/// <param name="folder">Where the program and its requests are put.</param>
internal sealed class PostLoad(string folder)
{
    /// <summary>An idempotency key in a request, in whose place the program puts another UUID of version 7 each time, as our client makes them.</summary>
    /// <param name="load">Loads that run at the same time on the same bus have different numbers, from 0 to 9.</param>
    public static string Mark(int load = 0) => $"################800000000000000{load}";

    private readonly string program = CProgram.Build(folder, nameof(PostLoad));
    private int requests;

    /// <summary>Prepares requests that are sent in turn, again and again.</summary>
    /// <param name="answerBegin">How each answer has to begin.</param>
    /// <returns>A load that takes the number of connections, and of requests over all of them.</returns>
    public Func<int, int, Task<LoadResult>> Of(int port, IEnumerable<string> sent, string answerBegin)
    {
        var file = Path.Combine(folder, $"request-{requests++}");
        File.WriteAllText(file, string.Concat(sent.Select(static request => request + '\0')), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return (connections, total) => RunAsync($"{port}", $"{connections}", $"{total}", file, answerBegin);
    }

    private async Task<LoadResult> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 && output.Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture)).ToArray() is [var rate, var median, var p99]
            ? new LoadResult(rate, median, p99)
            : throw new InvalidOperationException($"{program} failed; its own words are above.");
    }
}
