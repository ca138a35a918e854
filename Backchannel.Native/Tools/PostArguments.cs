using System.Text.Json;

namespace Backchannel.Native.Tools;

/// <summary>Arguments of <c>post_task</c> and <c>broadcast</c>.</summary>
internal sealed record PostArguments(
    string Channel, string Content, JsonElement? Metadata = null, string? ActorLabel = null);
