using System.IO.Compression;
using System.Reflection;

namespace Backchannel.Native.Text;

/// <summary>The texts that the program carries, compressed by the build (PackedTexts.targets).</summary>
internal static class PackedText
{
    /// <param name="name">For example <c>pages/index.html</c>.</param>
    public static string Read(string name)
    {
        using var packed = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The program lacks its own text {name}.");
        using var stream = new GZipStream(packed, CompressionMode.Decompress);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
