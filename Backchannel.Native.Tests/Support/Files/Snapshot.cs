using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Snapshooter;

namespace Backchannel.Native.Tests.Support.Files;

/// <summary>Compares what is served with the reviewed file; with <c>UPDATE_SNAPSHOTS=1</c> rewrites the file.</summary>
/// <remarks>
/// Only this file uses the snapshot library. It passes texts only: for objects the library uses reflection, which is
/// switched off here as in the product. The library keeps its files in folders called <c>__snapshots__</c>.
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
    public static void Match(string path, JsonElement served) =>
        Match(path, JsonSerializer.Serialize(served, (JsonTypeInfo<JsonElement>)Indented.GetTypeInfo(typeof(JsonElement))) + "\n");

    /// <inheritdoc cref="Match(string, JsonElement)"/>
    public static void Match(string path, string served)
    {
        var folder = RepositoryRoot.Combine("Backchannel.Native.Tests", "Snapshots", Path.GetDirectoryName(path)!);
        var name = Path.GetFileName(path);
        var file = Path.Combine(folder, "__snapshots__", name);
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, served);
        }

        // The library would write a missing snapshot and report a match.
        Assert.True(File.Exists(file), $"There is no snapshot {path}: run ./build.sh snapshots and review what it wrote.");
        Snapshooter.Xunit.Snapshot.Match(served, new SnapshotFullName(name, folder));
    }
}
