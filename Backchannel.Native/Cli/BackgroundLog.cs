using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Files;

namespace Backchannel.Native.Cli;

/// <summary>The log of a bus in the background: <c>bus.log</c> beside its database, emptied once it is large.</summary>
internal static class BackgroundLog
{
    private const long MaxBytes = 1024 * 1024;

    public static Stream Open(BusOptions options)
    {
        var path = Path.Combine(Path.GetDirectoryName(options.DatabasePath)!, "bus.log");
        if (FileStatus.Read(path) is { IsRegularFile: false } || FileStatus.StrangerAt(path) is not null)
        {
            // Opening a FIFO blocks until another process reads it; a link may lead to a file that another user chose.
            return Stream.Null;
        }

        var old = new FileInfo(path);
        var mode = old.Exists && old.Length > MaxBytes ? FileMode.Create : FileMode.Append;
        return new FileStream(path, PrivateFiles.Options(mode, FileAccess.Write, FileShare.ReadWrite));
    }
}
