using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Backchannel.Native.Tests.Support;

/// <summary>Compares what is served with the reviewed file; with <c>UPDATE_SNAPSHOTS=1</c> rewrites the file.</summary>
/// <remarks>
/// The one file that knows how snapshots are kept. Snapshooter serialises by reflection, which is off here as in the product, so
/// this compares texts itself.
/// </remarks>
internal static class Snapshot
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <param name="path">Below <c>Snapshots/</c>.</param>
    public static void Match(string path, JsonElement served)
    {
        var file = RepositoryRoot.Combine("Backchannel.Native.Tests", "Snapshots", path);
        var text = JsonSerializer.Serialize(served, (JsonTypeInfo<JsonElement>)Indented.GetTypeInfo(typeof(JsonElement))) + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
            return;
        }

        Assert.True(File.Exists(file), $"There is no snapshot {path}: run with UPDATE_SNAPSHOTS=1 and review what it wrote.");
        Assert.Equal(File.ReadAllText(file), text);
    }
}
