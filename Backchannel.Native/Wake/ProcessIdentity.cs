using System.Globalization;
using System.Runtime.InteropServices;
using Backchannel.Native.Files;

namespace Backchannel.Native.Wake;

/// <summary>Which process it is. The system uses numbers of processes again, so the time of its start belongs to it.</summary>
/// <param name="Started">In a unit of the system's own.</param>
internal sealed partial record ProcessIdentity(int Id, long Started)
{
    /// <summary>Deeper than any host starts a hook.</summary>
    private const int MostAncestors = 32;

    public bool Lives => Read(Id) is var (living, _) && living == this;

    /// <summary>As it stands in names of files.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id}-{Started}");

    /// <returns>Null: it is no such text.</returns>
    public static ProcessIdentity? Parse(ReadOnlySpan<char> text) =>
        text.IndexOf('-') is > 0 and var dash
        && int.TryParse(text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        && long.TryParse(text[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var started)
            ? new(id, started)
            : null;

    /// <summary>The process that started a process, the one that started that, and so on.</summary>
    public static IEnumerable<ProcessIdentity> AncestorsOf(int id)
    {
        for (var step = 0; step < MostAncestors && Read(id) is { Parent: > 1 and var parent } && Read(parent) is var (identity, _); step++)
        {
            yield return identity;
            id = parent;
        }
    }

    /// <returns>Null: there is no such process, or this system does not tell, as Windows.</returns>
    public static (ProcessIdentity Identity, int Parent)? Read(int id) =>
        OperatingSystem.IsLinux() ? ReadLinux(id) : OperatingSystem.IsMacOS() ? ReadMacOS(id) : null;

    private static (ProcessIdentity Identity, int Parent)? ReadLinux(int id) =>
        ProcessStatus.Read(id) is { IsRunning: true } status ? (new(id, status.Started), status.Parent) : null;

    private static unsafe (ProcessIdentity Identity, int Parent)? ReadMacOS(int id)
    {
        const int BasicInformation = 3;
        OfApple fields;
        return ProcessInformation(id, BasicInformation, 0, &fields, sizeof(OfApple)) == sizeof(OfApple)
            ? (new(id, (long)((fields.StartedSeconds * 1_000_000) + fields.StartedMicroseconds)), (int)fields.Parent)
            : null;
    }

    [LibraryImport("libSystem.dylib", EntryPoint = "proc_pidinfo")]
    private static unsafe partial int ProcessInformation(int id, int flavor, ulong argument, void* buffer, int size);

    /// <summary><c>struct proc_bsdinfo</c>.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 136)]
    private struct OfApple
    {
        [FieldOffset(16)]
        public uint Parent;
        [FieldOffset(120)]
        public ulong StartedSeconds;
        [FieldOffset(128)]
        public ulong StartedMicroseconds;
    }
}
