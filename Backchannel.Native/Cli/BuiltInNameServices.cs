#if STATIC_GLIBC
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Backchannel.Native.Cli;

/// <summary>Keeps a static file from opening the machine's name service libraries.</summary>
/// <remarks>
/// glibc opens <c>libnss_*.so</c> for every service in <c>/etc/nsswitch.conf</c> other than <c>files</c> and <c>dns</c>. In a static file that
/// loads a second libc, and with the usual lines of a desktop the first look-up of a host or a user ends the process. The cost: no mDNS
/// names (<c>*.local</c>) and no LDAP names.
/// </remarks>
internal static unsafe partial class BuiltInNameServices
{
    // Before anything else runs: the runtime itself looks users up.
    [ModuleInitializer]
    internal static void Use()
    {
        Use("hosts\0"u8, "files dns\0"u8);
        Use("passwd\0"u8, "files\0"u8);
        Use("group\0"u8, "files\0"u8);
    }

    private static void Use(ReadOnlySpan<byte> database, ReadOnlySpan<byte> services)
    {
        fixed (byte* databaseName = database, serviceNames = services)
        {
            _ = Configure(databaseName, serviceNames);
        }
    }

    [LibraryImport("libc", EntryPoint = "__nss_configure_lookup")]
    private static partial int Configure(byte* database, byte* services);
}
#endif
