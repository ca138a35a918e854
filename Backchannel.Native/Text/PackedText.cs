using System.IO.Compression;
using System.Reflection;

namespace Backchannel.Native.Text;

/// <summary>The texts that the program carries, compressed by the build (PackedTexts.targets).</summary>
internal static class PackedText
{
    /// <param name="name">For example <c>pages/index.html</c>.</param>
    public static string Read(string name)
    {
        using var packed = Open(name);
        using var stream = new GZipStream(packed, CompressionMode.Decompress);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>The same as it lies in the program: gzip.</summary>
    public static byte[] ReadPacked(string name)
    {
        using var packed = Open(name);
        var bytes = new byte[packed.Length];
        packed.ReadExactly(bytes);
        return bytes;
    }

    private static Stream Open(string name) => Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
        ?? throw new InvalidOperationException($"The program lacks its own text {name}.");
}
