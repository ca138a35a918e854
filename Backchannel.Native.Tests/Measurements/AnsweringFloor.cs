namespace Backchannel.Native.Tests.Measurements;

/// <summary>A C program that answers every line with the same bytes: what no server of this machine can be faster than.</summary>
internal static class AnsweringFloor
{
    /// <param name="folder">Where the program and its answer are put.</param>
    /// <param name="answer">The bytes of every answer, with the line end.</param>
    public static LineProcess Start(string folder, ReadOnlySpan<byte> answer, IReadOnlyDictionary<string, string> environment)
    {
        var program = CProgram.Build(folder, nameof(AnsweringFloor));
        var file = Path.Combine(folder, "answer");
        File.WriteAllBytes(file, answer);
        return new LineProcess(program, environment, file);
    }
}
