using System.Runtime.InteropServices;
using System.Text;

namespace Backchannel.Native.Cli;

/// <summary>Sees to it that the numbers 0, 1 and 2 are standard input, output and error, also where the starter closed them.</summary>
/// <remarks>
/// The next file that is opened takes a free number. On Linux that is the runtime's own <c>/dev/urandom</c>, before any of our code runs: an MCP
/// server would read its random bytes as requests, and what is meant for standard error could end up in a database.
/// </remarks>
internal static unsafe class StandardDescriptors
{
    private const string CommandLineFile = "/proc/self/cmdline";

    /// <summary>Opens what is missing on nothing, so that reading ends at once and writing says nothing.</summary>
    /// <param name="arguments">The program's own arguments.</param>
    /// <returns>
    /// Whether they are as they should be. Where the runtime has taken one already, the program starts itself anew, in the same process, with all
    /// three of them open, and this returns only if that fails; the reason is on standard error then.
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

            // Nothing that was inherited has this flag: it would have been closed. So the runtime opened it.
            var isOurs = flags >= 0 && (flags & NativeMethods.CloseOnExecute) != 0;
            if (flags < 0 || isOurs)
            {
                PointNowhere(descriptor);
                isTaken |= isOurs;
            }
        }

        return !isTaken || StartAnew(arguments);
    }

    /// <summary>Makes a descriptor, open or not, one that has nothing to read and takes nothing in.</summary>
    public static void PointNowhere(int descriptor)
    {
        var nowhere = NativeMethods.Open("/dev/null", NativeMethods.ReadWrite);
        if (nowhere < 0)
        {
            // A root folder without devices. Reading and writing a folder fails, and that is enough: the number is taken.
            nowhere = NativeMethods.Open("/", NativeMethods.ReadOnly);
        }

        if (nowhere >= 0 && nowhere != descriptor)
        {
            _ = NativeMethods.Duplicate(nowhere, descriptor);
            _ = NativeMethods.Close(nowhere);
        }
    }

    /// <returns>False, if it returns at all.</returns>
    private static bool StartAnew(string[] arguments)
    {
        var program = Environment.ProcessPath ?? "";

        // As it was typed, byte by byte; and where a runtime host or a loader is the program, with what stands before our own arguments.
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
