using System.Text.Json;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Client;

/// <summary>How answers are read: a member that the contract promises must be there and not null.</summary>
internal static class AnswerJson
{
    /// <summary>The reference bus takes metadata about a thousand levels deep; one such message must not make a page unreadable.</summary>
    public const int MaxDepth = 1100;

    public static WireJsonContext Strict { get; } = new(new JsonSerializerOptions(WireJsonContext.Default.Options)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = MaxDepth,
    });
}
