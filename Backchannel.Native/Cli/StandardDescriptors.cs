using System.Runtime.InteropServices;
using System.Text;

namespace Backchannel.Native.Cli;

/// <summary>Makes sure that the descriptors 0, 1 and 2 are standard input, output and error, even if the starter closed them.</summary>
/// <remarks>
/// The next file that is opened takes a free number. On Linux that is the runtime's own <c>/dev/urandom</c>, before any of our code runs: an MCP
/// server would read its random bytes as requests, and what is meant for standard error could end up in a database.
/// </remarks>
internal static unsafe class StandardDescriptors
{
    private const string CommandLineFile = "/proc/self/cmdline";

    /// <summary>Opens missing ones on /dev/null: a read ends at once, and what is written is lost.</summary>
    /// <param name="arguments">The program's own arguments.</param>
    /// <returns>
    /// Whether all three are open. If the runtime has already taken one, the program starts again in the same process with all three open; this
    /// returns only if that fails, with the reason on standard error.
    /// </returns>
    public static bool Complete(string[] arguments)
    {
        if (OperatingSystem.IsWindows())
        {
            return true;
        }

        var isTaken = false;
        for (var descriptor = StandardStream.Input; descriptor <= StandardStream.Error; descriptor++)
        {
            var flags = NativeMethods.Control(descriptor, NativeMethods.GetDescriptorFlags);

            // An inherited descriptor cannot have this flag, so the runtime opened it.
            var isOurs = flags >= 0 && (flags & NativeMethods.CloseOnExecute) != 0;
            if (flags < 0 || isOurs)
            {
                PointAtNull(descriptor);
                isTaken |= isOurs;
            }
        }

        return !isTaken || Restart(arguments);
    }

    /// <summary>Points a descriptor, open or not, at /dev/null.</summary>
    public static void PointAtNull(int descriptor)
    {
        var device = NativeMethods.Open("/dev/null", NativeMethods.ReadWrite);
        if (device < 0)
        {
            // There are no devices, as in a bare chroot. Reading and writing a folder fails, but the number is taken.
            device = NativeMethods.Open("/", NativeMethods.ReadOnly);
        }

        if (device >= 0 && device != descriptor)
        {
            _ = NativeMethods.Duplicate(device, descriptor);
            _ = NativeMethods.Close(device);
        }
    }

    /// <returns>False; when it succeeds it does not return.</returns>
    private static bool Restart(string[] arguments)
    {
        var program = Environment.ProcessPath ?? "";

        // The bytes as typed. They include what stands before the program's own arguments when a runtime host or a loader runs it.
        var commandLine = File.Exists(CommandLineFile)
            ? File.ReadAllBytes(CommandLineFile)
            : Encoding.UTF8.GetBytes(string.Concat(arguments.Prepend(program).Select(argument => argument + '\0')));
        var pointers = new byte*[commandLine.Count(character => character == 0) + 1];
        fixed (byte* text = commandLine)
        fixed (byte** list = pointers)
        {
            var start = 0;
            for (var i = 0; i < pointers.Length - 1; i++)
            {
                list[i] = text + start;
                start += commandLine.AsSpan(start).IndexOf((byte)0) + 1;
            }

            _ = NativeMethods.Execute(program, list);
        }

        using var error = new StreamWriter(new StandardStream(StandardStream.Error, mayBeLost: true));
        error.WriteLine(
            $"backchannel-mcp: a standard stream is closed, and '{program}' could not be started anew with one that is open: "
            + $"{Marshal.GetPInvokeErrorMessage(NativeMethods.LastError())}. Start it with standard input, output and error, for example from /dev/null.");
        return false;
    }
}
