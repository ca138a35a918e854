using System.Diagnostics;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>A C program of this folder, built when it is needed: where a measurement must cost less than .NET does.</summary>
internal static class CProgram
{
    private static readonly string? Compiler = new[] { "cc", "gcc", "clang" }.Select(ProgramOnPath.Find).FirstOrDefault(path => path is not null);

    /// <summary>Why none can be built; null where one can.</summary>
    public static string? Obstacle => Compiler is null ? "no C compiler (cc, gcc, clang) on the PATH" : null;

    /// <param name="name">Of its source, without <c>.c</c>.</param>
    /// <returns>The path of the program.</returns>
    public static string Build(string folder, string name)
    {
        var program = Path.Combine(folder, name);
        var source = RepositoryRoot.Combine("Backchannel.Native.Tests", "Measurements", $"{name}.c");
        using var build = Process.Start(Compiler!, ["-O2", "-o", program, source]);
        build.WaitForExit();
        return build.ExitCode == 0 ? program : throw new InvalidOperationException($"{Compiler} cannot build {source}; its own words are above.");
    }
}
