using System.Text.Json;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>What a key may be limited to.</summary>
internal static class KeyScopes
{
    private static readonly string[] Known =
        [Scopes.MessagesRead, Scopes.MessagesWrite, Scopes.MessagesClaim, Scopes.MessagesAck, Scopes.ChannelsRead, Scopes.ChannelsWrite, Scopes.ChannelsManage];

    /// <exception cref="ApiException">The key has a list of scopes without this one.</exception>
    public static void Require(ApiKeyRecord key, string? scope)
    {
        if (scope is not null && key.Scopes is { } granted && !granted.Contains(scope))
        {
            throw new ApiException(403, ErrorCodes.InsufficientScope, $"This key lacks the scope {scope}.")
            {
                Extras = [new("required_scope", scope), new("granted_scopes", granted)],
            };
        }
    }

    /// <summary>The scopes of a request, sorted.</summary>
    public static IReadOnlyList<string> Read(JsonFields fields)
    {
        if (!fields.TryGet("scopes", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw new ApiException(422, ErrorCodes.InvalidScopes, "'scopes' has to be a list of scope names.");
        }

        var scopes = list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : "").ToList();
        if (scopes.Exists(scope => !Known.Contains(scope)))
        {
            throw new ApiException(422, ErrorCodes.InvalidScope, $"Scopes are: {string.Join(", ", Known)}.");
        }

        scopes.Sort(StringComparer.Ordinal);
        return scopes;
    }
}
