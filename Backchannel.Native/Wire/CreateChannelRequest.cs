using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>Body of <c>POST /v1/channels</c>, which always makes a new channel, whatever names exist.</summary>
/// <param name="Name">At most <see cref="Limits.MaxChannelNameLength"/> characters.</param>
/// <param name="Mode">One of <see cref="ChannelMode"/>.</param>
/// <param name="Discoverable">Whether it shows in listings; absent: the instance decides.</param>
internal sealed record CreateChannelRequest(
    string Name,
    string Mode,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Discoverable = null);
