using System.Buffers.Binary;

namespace Backchannel.Native.Tests.EndToEnd.Hostile;

/// <summary>The kernel loads a program at a random address only where its ELF type is ET_DYN.</summary>
public sealed class AddressRandomisationTests
{
    private const int TypeOffset = 16;
    private const ushort PositionIndependent = 3;

    [LinuxFact]
    public void The_published_file_is_loaded_at_a_random_address() => Assert.Equal(PositionIndependent, TypeOf(PublishedExecutable.Path));

    [StaticFileFact(System.Runtime.InteropServices.Architecture.X64)]
    public void The_static_file_is_loaded_at_a_random_address() =>
        Assert.Equal(PositionIndependent, TypeOf(StaticFile.For(System.Runtime.InteropServices.Architecture.X64).Path));

    private static ushort TypeOf(string file)
    {
        using var stream = File.OpenRead(file);
        var header = new byte[TypeOffset + sizeof(ushort)];
        stream.ReadExactly(header);

        return BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(TypeOffset));
    }
}
