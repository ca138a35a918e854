using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Backchannel.Native.Tests.Support.Buses;

/// <summary>An answer of a <see cref="LateStampingBus"/>.</summary>
internal sealed record BusReply(int Status, byte[] Body)
{
    public static BusReply Of<T>(int status, T value, JsonTypeInfo<T> type) =>
        new(status, JsonSerializer.SerializeToUtf8Bytes(value, type));
}
