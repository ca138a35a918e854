using System.Text.Json;

namespace Backchannel.Native.Tests.Support.Agents;

/// <summary>Reading results in tests.</summary>
internal static class JsonElementExtensions
{
    public static string Text(this JsonElement result, string member) => result.GetProperty(member).GetString()!;

    public static bool Has(this JsonElement result, string member) => result.TryGetProperty(member, out _);
}
