using System.CommandLine;
using System.CommandLine.Invocation;

namespace Backchannel.Native.Cli;

/// <summary>Prints the version and nothing else.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(ProductVersion.Text);
        return ExitCode.Done;
    }
}
