using System.Text.Json.Serialization.Metadata;
using Backchannel.Native.Text;

namespace Backchannel.Native.Tools;

/// <summary>How many bytes something takes in a result.</summary>
internal static class JsonSize
{
    public static int Of(string text) => ReadableJson.Encode(text).EncodedUtf8Bytes.Length;

    public static int Of<T>(T value, JsonTypeInfo<T> type) => ReadableJson.Write(value, type).Length;
}
