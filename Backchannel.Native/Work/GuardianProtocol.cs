using System.Text;

namespace Backchannel.Native.Work;

/// <summary>What a runner tells a guardian over its standard input: first what to start, then single bytes. The end of the input means that the runner is gone.</summary>
internal static class GuardianProtocol
{
    /// <summary>Hidden: the runner starts its own executable with it.</summary>
    public const string Verb = "guard-command";

    /// <summary>SIGTERM to all.</summary>
    public const byte Terminate = (byte)'t';

    public static byte[] Write(GuardianOrder order)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(order.StatusPath);
        writer.Write(order.Command.Count);
        foreach (var argument in order.Command)
        {
            writer.Write(argument);
        }

        writer.Write(order.Input.Length);
        writer.Write(order.Input);
        writer.Flush();
        return bytes.ToArray();
    }

    /// <exception cref="EndOfStreamException">The runner ended before it had said everything.</exception>
    public static GuardianOrder Read(Stream stream)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        var statusPath = reader.ReadString();
        var command = new string[reader.ReadInt32()];
        for (var i = 0; i < command.Length; i++)
        {
            command[i] = reader.ReadString();
        }

        return new(command, statusPath, reader.ReadBytes(reader.ReadInt32()));
    }
}

/// <summary>What a guardian is to start.</summary>
/// <param name="Command">The program and its arguments.</param>
/// <param name="StatusPath">The file of its <see cref="GuardianStatus"/>.</param>
/// <param name="Input">The command's standard input.</param>
internal sealed record GuardianOrder(IReadOnlyList<string> Command, string StatusPath, byte[] Input);
