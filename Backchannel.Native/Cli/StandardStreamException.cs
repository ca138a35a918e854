using System.Runtime.InteropServices;

namespace Backchannel.Native.Cli;

/// <summary>A standard stream cannot be read or written.</summary>
/// <param name="descriptor">0, 1 or 2.</param>
/// <param name="error">The system's error number.</param>
internal sealed class StandardStreamException(int descriptor, int error)
    : IOException($"{Name(descriptor)}: {Marshal.GetPInvokeErrorMessage(error)}", error)
{
    /// <summary>Whether the other side has closed its end, as <c>head</c> does. That is no fault.</summary>
    public bool OtherSideIsGone { get; } = error == NativeMethods.BrokenPipe || error == NativeMethods.ConnectionReset;

    /// <summary>What it means for the command, and what to do.</summary>
    public string Advice { get; } = descriptor == StandardStream.Input
        ? "Let it come from a file, a pipe or /dev/null."
        : "The rest of the output is lost, but what the command did stands. Make room, or let the output go elsewhere.";

    private static string Name(int descriptor) => descriptor switch
    {
        StandardStream.Input => "standard input cannot be read",
        StandardStream.Output => "standard output cannot be written to",
        _ => "standard error cannot be written to",
    };
}
