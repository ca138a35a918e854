using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>JSON of the Backchannel contract: snake case, null members written unless a request says otherwise.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AccessRequestBody))]
[JsonSerializable(typeof(AccessRequestOutcome))]
[JsonSerializable(typeof(AliasRequest))]
[JsonSerializable(typeof(Channel))]
[JsonSerializable(typeof(ClaimOutcome))]
[JsonSerializable(typeof(ClaimRequest))]
[JsonSerializable(typeof(CreateChannelRequest))]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(HeartbeatRequest))]
[JsonSerializable(typeof(IssuedKey))]
[JsonSerializable(typeof(KeyIdentity))]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(LeasedMessage))]
[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(MintKeyRequest))]
[JsonSerializable(typeof(Page<ChannelSummary>), TypeInfoPropertyName = "ChannelPage")]
[JsonSerializable(typeof(Page<Message>), TypeInfoPropertyName = "MessagePage")]
[JsonSerializable(typeof(PostedMessage))]
[JsonSerializable(typeof(PostMessageRequest))]
internal sealed partial class WireJsonContext : JsonSerializerContext;
