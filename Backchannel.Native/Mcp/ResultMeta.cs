using System.Text.Json;
using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Mcp;

/// <summary>The members that every result of the stateless version carries and no earlier one does.</summary>
internal static class ResultMeta
{
    /// <summary>How long a client may cache a result. These results change only with the executable.</summary>
    private const int TimeToLiveMilliseconds = 3_600_000;

    /// <param name="subscription">The id of the subscription that this result ends; else null.</param>
    public static void Write(Utf8JsonWriter json, Implementation serverInfo, RequestId? subscription = null, string type = "complete")
    {
        json.WriteString("resultType"u8, type);
        json.WriteStartObject(MetaKeys.Meta);
        json.WritePropertyName(MetaKeys.ServerInfo);
        serverInfo.Write(json, ProtocolVersion.V2026_07_28);
        if (subscription is not null)
        {
            json.WritePropertyName(MetaKeys.SubscriptionId);
            json.WriteRawValue(subscription.Token, skipInputValidation: true);
        }

        json.WriteEndObject();
    }

    public static void WriteCaching(Utf8JsonWriter json)
    {
        json.WriteNumber("ttlMs"u8, TimeToLiveMilliseconds);
        json.WriteString("cacheScope"u8, "public"u8);
    }
}
