using System.Diagnostics;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>A C program that answers every line with the same bytes: what no server of this machine can be faster than.</summary>
internal static class AnsweringFloor
{
    private static readonly string? Compiler = new[] { "cc", "gcc", "clang" }.Select(ProgramOnPath.Find).FirstOrDefault(path => path is not null);

    /// <summary>Why there is none; null where it can be built.</summary>
    public static string? Obstacle => Compiler is null ? "no C compiler (cc, gcc, clang) on the PATH" : null;

    /// <param name="folder">Where the program and its answer are put.</param>
    /// <param name="answer">The bytes of every answer, with the line end.</param>
    public static LineProcess Start(string folder, ReadOnlySpan<byte> answer, IReadOnlyDictionary<string, string> environment)
    {
        var program = Path.Combine(folder, "answering-floor");
        var source = RepositoryRoot.Combine("Backchannel.Native.Tests", "Measurements", "AnsweringFloor.c");
        using (var build = Process.Start(Compiler!, ["-O2", "-o", program, source]))
        {
            build.WaitForExit();
            if (build.ExitCode != 0)
            {
                throw new InvalidOperationException($"{Compiler} cannot build {source}; its own words are above.");
            }
        }

        var file = Path.Combine(folder, "answer");
        File.WriteAllBytes(file, answer);
        return new LineProcess(program, environment, file);
    }
}
