using System.Text;

namespace Backchannel.Native.Work;

/// <summary>What a runner tells a guardian over its standard input: first what to start, then single bytes. The end of the input means that the runner is gone.</summary>
internal static class GuardianProtocol
{
    /// <summary>Hidden: the runner starts its own executable with it.</summary>
    public const string Verb = "guard-command";

    /// <summary>SIGTERM to the whole group.</summary>
    public const byte Terminate = (byte)'t';

    /// <summary>The exit code of a guardian that could not start the command, as of a shell: not found, or not executable.</summary>
    public const int NotFound = 127;

    /// <inheritdoc cref="NotFound"/>
    public const int NotExecutable = 126;

    /// <summary>A signal that ended the command is added to it, as a shell does.</summary>
    public const int SignalBase = 128;

    public static byte[] Write(IReadOnlyList<string> command, ReadOnlySpan<byte> input)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(command.Count);
        foreach (var argument in command)
        {
            writer.Write(argument);
        }

        writer.Write(input.Length);
        writer.Write(input);
        writer.Flush();
        return bytes.ToArray();
    }

    /// <exception cref="EndOfStreamException">The runner ended before it had said everything.</exception>
    public static (string[] Command, byte[] Input) Read(Stream stream)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        var command = new string[reader.ReadInt32()];
        for (var i = 0; i < command.Length; i++)
        {
            command[i] = reader.ReadString();
        }

        var input = reader.ReadBytes(reader.ReadInt32());
        return (command, input);
    }
}
