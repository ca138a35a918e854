using System.Text.Json;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Client;

/// <summary>How answers are read: a member that the contract promises and that is missing or null is an error here, not a surprise later.</summary>
internal static class AnswerJson
{
    public static WireJsonContext Strict { get; } = new(new JsonSerializerOptions(WireJsonContext.Default.Options)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    });
}
