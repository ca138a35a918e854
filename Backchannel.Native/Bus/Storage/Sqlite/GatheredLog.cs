using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>Gathers what a transaction writes to SQLite's log, so that it reaches the system in one call instead of two for each page.</summary>
/// <remarks>
/// A shim over the system's VFS (https://sqlite.org/vfs.html#vfs_shims). Every other use of the log first writes out what was gathered before it. A
/// connection may use it on two conditions. It syncs at every commit (<c>PRAGMA synchronous = FULL</c>): SQLite shows a commit to other connections
/// after the sync, and by then all of it is in the file. And it undoes its transaction after any failure: a write that SQLite was told is done may
/// be the one that failed.
/// </remarks>
internal static unsafe partial class GatheredLog
{
    private const int Ok = 0;
    private const int OpensLog = 0x00080000;

    /// <summary>In bytes: some thirty pages. More is written in several parts. SQLite's <c>seekAndWriteFd</c> takes no more in one call.</summary>
    private const int Room = 0x1FFFF;

    private static readonly Lock Gate = new();
    private static Vfs* system;
    private static FileMethods* systemMethods;
    private static FileMethods* ownMethods;

    /// <summary>Its name, for the connection that writes. Null on other systems than Linux, where it is not tested.</summary>
    public static string? Name { get; } = OperatingSystem.IsLinux() ? Register("gathered-log") : null;

    private static string? Register(string name)
    {
        system = FindVfs(null);
        if (system == null)
        {
            return null;
        }

        var own = (Vfs*)NativeMemory.Alloc((nuint)sizeof(Vfs));
        *own = *system;
        own->FileSize = system->FileSize + sizeof(Gathered);
        own->Next = null;
        own->Name = (byte*)Marshal.StringToCoTaskMemUTF8(name);
        own->Open = &Open;
        return RegisterVfs(own, isDefault: 0) == Ok ? name : null;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(Vfs* vfs, byte* name, OpenFile* file, int flags, int* outFlags)
    {
        var code = system->Open(system, name, file, flags, outFlags);
        if (code == Ok && (flags & OpensLog) != 0 && AreKnown(file->Methods))
        {
            *Of(file) = new Gathered { Bytes = (byte*)NativeMemory.Alloc(Room) };
            file->Methods = ownMethods;
        }

        return code;
    }

    /// <summary>Whether a file has the functions that ours lead to. All logs on one kind of disk have the same.</summary>
    private static bool AreKnown(FileMethods* methods)
    {
        lock (Gate)
        {
            if (ownMethods == null)
            {
                systemMethods = methods;
                ownMethods = (FileMethods*)NativeMemory.Alloc((nuint)sizeof(FileMethods));
                *ownMethods = *methods;
                ownMethods->Close = &Close;
                ownMethods->Read = &Read;
                ownMethods->Write = &Write;
                ownMethods->Truncate = &Truncate;
                ownMethods->Sync = &Sync;
                ownMethods->FileSize = &FileSize;
            }

            return methods == systemMethods;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(OpenFile* file, byte* bytes, int count, long place)
    {
        var gathered = Of(file);
        if (place != gathered->Place + gathered->Count || count > Room - gathered->Count)
        {
            if (WriteOut(file) is not Ok and var failure)
            {
                return failure;
            }

            if (count > Room)
            {
                return systemMethods->Write(file, bytes, count, place);
            }

            gathered->Place = place;
        }

        new ReadOnlySpan<byte>(bytes, count).CopyTo(new Span<byte>(gathered->Bytes + gathered->Count, count));
        gathered->Count += count;
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(OpenFile* file, int flags) => WriteOut(file) is not Ok and var failure ? failure : systemMethods->Sync(file, flags);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(OpenFile* file, byte* bytes, int count, long place) =>
        WriteOut(file) is not Ok and var failure ? failure : systemMethods->Read(file, bytes, count, place);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Truncate(OpenFile* file, long size) => WriteOut(file) is not Ok and var failure ? failure : systemMethods->Truncate(file, size);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileSize(OpenFile* file, long* size) => WriteOut(file) is not Ok and var failure ? failure : systemMethods->FileSize(file, size);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(OpenFile* file)
    {
        var written = WriteOut(file);
        NativeMemory.Free(Of(file)->Bytes);
        file->Methods = systemMethods;
        var closed = systemMethods->Close(file);
        return written == Ok ? closed : written;
    }

    /// <summary>Writes what was gathered. After a failure it is forgotten, so that nothing of a transaction that was undone can be kept later.</summary>
    private static int WriteOut(OpenFile* file)
    {
        var gathered = Of(file);
        var count = gathered->Count;
        gathered->Count = 0;
        return count == 0 ? Ok : systemMethods->Write(file, gathered->Bytes, count, gathered->Place);
    }

    /// <summary>What lies behind the system's own part of an open file.</summary>
    private static Gathered* Of(OpenFile* file) => (Gathered*)((byte*)file + system->FileSize);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_find")]
    private static partial Vfs* FindVfs(byte* name);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_register")]
    private static partial int RegisterVfs(Vfs* vfs, int isDefault);

    /// <summary>What waits to be written to a log.</summary>
    private struct Gathered
    {
        public byte* Bytes;
        public int Count;
        public long Place;
    }

    /// <summary><c>sqlite3_file</c>.</summary>
    private struct OpenFile
    {
        public FileMethods* Methods;
    }

    /// <summary>What is used here of <c>sqlite3_vfs</c>, whose version 3 is copied whole, on a machine of 64 bits.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 21 * 8)]
    private struct Vfs
    {
        [FieldOffset(4)]
        public int FileSize;

        [FieldOffset(16)]
        public Vfs* Next;

        [FieldOffset(24)]
        public byte* Name;

        [FieldOffset(40)]
        public delegate* unmanaged[Cdecl]<Vfs*, byte*, OpenFile*, int, int*, int> Open;
    }

    /// <summary>What is used here of <c>sqlite3_io_methods</c>, whose version 3 is copied whole.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 19 * 8)]
    private struct FileMethods
    {
        [FieldOffset(8)]
        public delegate* unmanaged[Cdecl]<OpenFile*, int> Close;

        [FieldOffset(16)]
        public delegate* unmanaged[Cdecl]<OpenFile*, byte*, int, long, int> Read;

        [FieldOffset(24)]
        public delegate* unmanaged[Cdecl]<OpenFile*, byte*, int, long, int> Write;

        [FieldOffset(32)]
        public delegate* unmanaged[Cdecl]<OpenFile*, long, int> Truncate;

        [FieldOffset(40)]
        public delegate* unmanaged[Cdecl]<OpenFile*, int, int> Sync;

        [FieldOffset(48)]
        public delegate* unmanaged[Cdecl]<OpenFile*, long*, int> FileSize;
    }
}
