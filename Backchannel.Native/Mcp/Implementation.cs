using System.Text.Json;

namespace Backchannel.Native.Mcp;

/// <summary>Who the server is.</summary>
/// <param name="Name">For programs.</param>
/// <param name="Title">For people.</param>
internal sealed record Implementation(string Name, string Title, string Version)
{
    public void Write(Utf8JsonWriter json, ProtocolVersion version)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, Name);
        if (version.HasTitles())
        {
            json.WriteString("title"u8, Title);
        }

        json.WriteString("version"u8, Version);
        json.WriteEndObject();
    }
}
