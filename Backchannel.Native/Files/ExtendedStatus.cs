using System.Runtime.InteropServices;

namespace Backchannel.Native.Files;

/// <summary><c>struct statx</c> of Linux, the same on all processors.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct ExtendedStatus
{
    [FieldOffset(16)]
    public uint Links;

    [FieldOffset(28)]
    public ushort Mode;

    [FieldOffset(32)]
    public long Number;

    [FieldOffset(40)]
    public long Size;

    [FieldOffset(96)]
    public long ChangedSeconds;

    [FieldOffset(104)]
    public uint ChangedNanoseconds;

    [FieldOffset(112)]
    public long ModifiedSeconds;

    [FieldOffset(120)]
    public uint ModifiedNanoseconds;

    [FieldOffset(136)]
    private readonly uint deviceMajor;

    [FieldOffset(140)]
    private readonly uint deviceMinor;

    /// <summary>With the device's number as <c>stat</c> gives it.</summary>
    public readonly FileIdentity Identity => new(
        ((long)(deviceMajor & 0xFFFFF000) << 32) | ((deviceMajor & 0xFFFL) << 8) | ((long)(deviceMinor & 0xFFFFFF00) << 12) | (deviceMinor & 0xFFL),
        Number);
}
